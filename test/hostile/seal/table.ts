import { ON_LIBRARIES } from '../native/attacks.ts'
import type { Attack } from './attack.ts'
import { ON_MACHINE } from './machine.ts'
import { DECLARED, ON_NETWORK } from './network.ts'
import { ON_OWN_CODE } from './own-code.ts'
import { ON_PROCESSES } from './processes.ts'
import { ON_PROGRAMS } from './programs.ts'
import { WAYS_OUT } from './ways-out.ts'

/** Every attack: its name, who can do it, what refuses it and with which error. */
export const ATTACKS: readonly Attack[] = [
  ...[...ON_PROCESSES, ...ON_OWN_CODE, ...WAYS_OUT, ...ON_MACHINE],
  ...[...ON_NETWORK, ...ON_PROGRAMS, ...ON_LIBRARIES],
]

/** The same, with what is no attack: what is declared works whatever is switched on. */
export const ATTEMPTED: readonly Attack[] = [...ATTACKS, ...DECLARED]

export const DECLARED_NAMES: readonly string[] = DECLARED.map(({ name }) => name)
