import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { zshCompletion } from './zsh.ts'

/** The completion of a program with these commands, by shell. */
export const completionFor = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const
