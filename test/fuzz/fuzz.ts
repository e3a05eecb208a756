import fc from 'fast-check'

/** What is thrown at one part, and what has to hold of it. */
export interface Target<T> {
  readonly name: string
  readonly inputs: fc.Arbitrary<T>
  /** Whether the input was accepted; throws what is wrong about the answer. */
  readonly holds: (input: T) => boolean
}

export interface Fuzzed {
  readonly name: string
  readonly inputs: number
  readonly accepted: number
  /** The slowest input, in milliseconds. */
  readonly slowest: number
  /** Undefined if all held; else the smallest input found that does not, and how to have it again. */
  readonly failure?: string
}

/** An input that takes longer than this hangs: milliseconds. */
const LONGEST = 1_000

/** Tries so many inputs, the same for the same seed. */
export function fuzz<T>({ name, inputs, holds }: Target<T>, runs: number, seed: number): Fuzzed {
  let [accepted, slowest] = [0, 0]
  const property = fc.property(inputs, input => {
    const start = performance.now()
    if (holds(input)) accepted++
    const took = performance.now() - start
    slowest = Math.max(slowest, took)
    if (took > LONGEST) throw new Error(`took ${took.toFixed(0)} ms`)
  })
  const details = fc.check(property, { numRuns: runs, seed })
  const failure = `${fc.defaultReportMessage(details)}\n${details.errorInstance}`
  return { name, inputs: details.numRuns, accepted, slowest, ...(details.failed && { failure }) }
}
