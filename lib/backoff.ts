/** How a failing beat is paced. All in milliseconds. */
export interface Pacing {
  /** The longest pause after the first failure. */
  readonly first: number
  /** No pause is longer. */
  readonly longest: number
  /** A beat that has run this long was well: its next failure counts as the first. */
  readonly settled: number
}

export const PACING: Pacing = { first: 1_000, longest: 60_000, settled: 60_000 }

/**
 * Milliseconds to wait after so many failures in a row: anything up to `first`, doubled with every
 * further failure, capped. "Full jitter", so that a fleet that failed together doesn't return
 * together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 */
export function pauseAfter(
  failures: number,
  { first, longest }: Pacing,
  random: () => number = Math.random,
): number {
  return random() * Math.min(longest, first * 2 ** (failures - 1))
}
