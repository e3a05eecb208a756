// What a compiled filter refuses to native code, whoever wrote the rules: asked of the program itself.

import { simulate } from '../compiler/simulate.ts'
import { denies } from '../policy/denies.ts'
import { ACTIONS, RETURNS } from '../policy/policy.ts'
import type { SandboxPlan } from './stage.ts'

type Filter = Pick<SandboxPlan & { readonly ready: true }, 'policy' | 'program'>

/** Of mmap(2) and mprotect(2): readable and executable, as a copy of one's own. */
const [CODE, MAP_PRIVATE, DESCRIPTOR] = [1n | 4n, 2n, 3n]

/** Whether no library is loaded whose code is mapped as usual. */
export function refusesLibraries(filter: Filter): boolean {
  return refuses(filter, ['mmap', 'mmap2'])
}

/** Whether nothing becomes executable, not even what was mapped as data. */
export function refusesExecutableMemory(filter: Filter): boolean {
  return refusesLibraries(filter) && refuses(filter, ['mprotect', 'pkey_mprotect'])
}

function refuses({ policy: { architecture }, program }: Filter, names: readonly string[]): boolean {
  const { audit, endian, table } = architecture
  const args = [0n, 1n, CODE, MAP_PRIVATE, DESCRIPTOR, 0n]
  const numbers = names.flatMap(name => table.numbers[name] ?? [])
  return numbers.every(number => isDenied(simulate(program, { audit, number, args }, endian).value))
}

function isDenied(value: number): boolean {
  const returned = (value & 0xffff0000) >>> 0
  return ACTIONS.some(action => denies({ action }) && RETURNS[action] === returned)
}
