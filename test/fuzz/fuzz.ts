import fc from 'fast-check'

/** The inputs for one part, and the property that has to hold for them. */
export interface Target<T> {
  readonly name: string
  readonly inputs: fc.Arbitrary<T>
  /** Returns whether the part accepted the input. @throws Error if the property does not hold */
  readonly holds: (input: T) => boolean
}

export interface Fuzzed {
  readonly name: string
  readonly inputs: number
  readonly accepted: number
  /** The time that the slowest input took. */
  readonly slowestMs: number
  /** Undefined if the property always held; else the smallest failing input, and how to reproduce it. */
  readonly failure?: string
}

/** An input that takes longer than this counts as a hang. */
const MAX_MS = 1_000

/** Tries `runs` inputs, the same ones for the same seed. */
export function fuzz<T>({ name, inputs, holds }: Target<T>, runs: number, seed: number): Fuzzed {
  let [accepted, slowestMs] = [0, 0]
  const property = fc.property(inputs, input => {
    const start = performance.now()
    if (holds(input)) accepted++
    const tookMs = performance.now() - start
    slowestMs = Math.max(slowestMs, tookMs)
    if (tookMs > MAX_MS) throw new Error(`took ${tookMs.toFixed(0)} ms`)
  })
  const details = fc.check(property, { numRuns: runs, seed })
  const failure = `${fc.defaultReportMessage(details)}\n${details.errorInstance}`
  return { name, inputs: details.numRuns, accepted, slowestMs, ...(details.failed && { failure }) }
}
