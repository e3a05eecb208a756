/**
 * The settings of every retry, of a failed beat and of a failed write alike. Names and defaults are those of
 * Beats (`backoff.init`, `backoff.max`).
 */
export interface BackoffSettings {
  /** The pause after the first failure, in milliseconds. */
  readonly initMs: number
  /** The longest pause, in milliseconds. */
  readonly maxMs: number
}

export const DEFAULT_BACKOFF: BackoffSettings = { initMs: 1_000, maxMs: 60_000 }

/**
 * The milliseconds to wait after a number of failures in a row (1 or more). The step is `initMs`, doubled
 * with every further failure, and at most `maxMs`; the pause is a random value in its upper half ("equal
 * jitter": AWS Architecture Blog, "Exponential Backoff And Jitter"), so that agents that failed together do
 * not retry together.
 */
export function pauseMs(
  failures: number,
  { initMs, maxMs }: BackoffSettings,
  random: () => number = Math.random,
): number {
  const stepMs = Math.min(maxMs, initMs * 2 ** (failures - 1))
  return stepMs * (0.5 + random() / 2)
}
