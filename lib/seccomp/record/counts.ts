import type { Architecture } from '../architectures/architecture.ts'
import { notesOf } from './notes.ts'
import { PHASES, type Phase } from './phases.ts'

/** Calls that are alike: in name, phase, and the values of the noted arguments. */
export interface Kind {
  readonly phase: Phase
  readonly name: string
  /** Of each note of the call, in order, masked; undefined where arguments were not seen. */
  readonly values: readonly bigint[] | undefined
  readonly count: number
}

/** What a recording has seen. */
export interface Counts {
  readonly kinds: readonly Kind[]
  /** Numbers that the table does not have, with how often. */
  readonly unknown: ReadonlyMap<number, number>
  /** Calls under another ABI (32-bit code), which no policy allows. */
  readonly foreign: number
}

/** Words of one kind in what the addon gives: phase, architecture, number, six arguments, count. */
const WORDS = 10

export function readCounts(architecture: Architecture, words: BigUint64Array): Counts {
  const names = namesOf(architecture)
  const kinds: Kind[] = []
  const unknown = new Map<number, number>()
  let foreign = 0
  for (let at = 0; at < words.length; at += WORDS) {
    const row = words.subarray(at, at + WORDS)
    const [phase = 0, audit = 0, number = 0] = Array.from(row.subarray(0, 3), Number)
    const count = Number(row[WORDS - 1])
    const name = names.get(number)
    if (audit !== architecture.audit) foreign += count
    else if (name === undefined) unknown.set(number, (unknown.get(number) ?? 0) + count)
    else {
      const values = notesOf(architecture, name).map(({ argument, mask }) => {
        return (row[3 + argument] ?? 0n) & mask
      })
      kinds.push({ phase: PHASES[phase] ?? 'boot', name, values, count })
    }
  }
  return { kinds, unknown, foreign }
}

/** The first name of each number, as `merge` has it. */
export function namesOf({ table }: Architecture): ReadonlyMap<number, string> {
  return new Map(
    Object.entries(table.numbers)
      .map(([name, number]) => [number, name] as const)
      .reverse(),
  )
}
