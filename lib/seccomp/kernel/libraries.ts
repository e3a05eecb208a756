// What a compiled filter refuses to native code, whoever wrote the rules: asked of the program itself.

import { simulate } from '../compiler/simulate.ts'
import { denies } from '../policy/denies.ts'
import { ACTIONS, RETURNS } from '../policy/policy.ts'
import type { SandboxPlan } from './stage.ts'

type Filter = Pick<SandboxPlan & { readonly ready: true }, 'policy' | 'program'>

const [PROT_READ, PROT_EXEC, MAP_PRIVATE, DESCRIPTOR] = [1n, 4n, 2n, 3n]

/** Whether no library is loaded that is mapped as usual: its code readable and executable, as a copy of one's own. */
export function refusesLibraries(filter: Filter): boolean {
  return refusesMapping(filter, PROT_READ | PROT_EXEC)
}

/** Whether none is loaded however it is made: of none, not even data is mapped. */
export function refusesAllLibraries(filter: Filter): boolean {
  return refusesLibraries(filter) && refusesMapping(filter, PROT_READ)
}

function refusesMapping(
  { policy: { architecture }, program }: Filter,
  protection: bigint,
): boolean {
  const { audit, endian, table } = architecture
  const args = [0n, 1n, protection, MAP_PRIVATE, DESCRIPTOR, 0n]
  const numbers = ['mmap', 'mmap2'].flatMap(name => table.numbers[name] ?? [])
  return numbers.every(number => isDenied(simulate(program, { audit, number, args }, endian).value))
}

function isDenied(value: number): boolean {
  const returned = (value & 0xffff0000) >>> 0
  return ACTIONS.some(action => denies({ action }) && RETURNS[action] === returned)
}
