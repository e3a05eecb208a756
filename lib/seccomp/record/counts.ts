import type { Architecture } from '../architectures/architecture.ts'
import { notesOf } from './notes.ts'
import { PHASES, type Phase } from './phases.ts'

/** Calls with the same name, phase and values of the noted arguments. */
export interface Kind {
  readonly phase: Phase
  readonly name: string
  /** The masked value for each note of the call, in order; undefined if arguments were not seen. */
  readonly values: readonly bigint[] | undefined
  readonly count: number
}

/** The calls that a recording has seen. */
export interface Counts {
  readonly kinds: readonly Kind[]
  /** How often each number was called that is not in the table. */
  readonly unknown: ReadonlyMap<number, number>
  /** The number of calls under another ABI (32-bit code), which no policy allows. */
  readonly foreign: number
}

/** Words per kind in the addon's counts: phase, architecture, number, six arguments, count. */
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

/** The name of each number; the first one where several names share it, as in `merge`. */
export function namesOf({ table }: Architecture): ReadonlyMap<number, string> {
  return new Map(
    Object.entries(table.numbers)
      .map(([name, number]) => [number, name] as const)
      .reverse(),
  )
}
