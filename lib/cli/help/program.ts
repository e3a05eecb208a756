import type { Program } from '../command.ts'
import { COMMANDS, INSTALLED_COMMANDS } from '../commands.ts'

export const SEALBEAT: Program = {
  name: 'sealbeat',
  summary: 'host agents that lock themselves down before they work',
  version: undefined,
  commands: COMMANDS,
}

/** `SEALBEAT_PROGRAM` is the name and the version of an installed agent, as its launcher gives them. */
export function programOf(env: Readonly<Record<string, string | undefined>>): Program {
  const { SEALBEAT_PROGRAM: given = '' } = env
  const [name = '', version] = given.split(' ')
  if (name === '') return SEALBEAT
  return {
    name,
    summary: 'a host agent that locks itself down before it works',
    version,
    commands: INSTALLED_COMMANDS,
  }
}
