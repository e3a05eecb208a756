import { keepLateLibraries } from '../sandbox/native-libraries.ts'
import { refusesLibraries } from '../seccomp/kernel/libraries.ts'
import type { Plan } from './plan.ts'

/** Prepares the process for a filter under which no library is loaded. Returns what has been loaded for later. */
export function prepareForNoLibraries({ sandbox }: Pick<Plan, 'sandbox'>): readonly string[] {
  if (!sandbox.ready || !refusesLibraries(sandbox)) return []
  // Else V8 maps its own builtins again for each thread, from Node's file, and ends the process if it can't.
  process.getBuiltinModule('node:v8').setFlagsFromString('--no-short-builtin-calls')
  return keepLateLibraries()
}
