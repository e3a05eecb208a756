/**
 * One law for everything that is tried again, a failed beat as well as a failed write; Beats' words and
 * defaults (`backoff.init`, `backoff.max`).
 */
export interface BackoffSettings {
  /** The pause after the first failure, in milliseconds. */
  readonly initMs: number
  /** No pause is longer, in milliseconds. */
  readonly maxMs: number
}

export const DEFAULT_BACKOFF: BackoffSettings = { initMs: 1_000, maxMs: 60_000 }

/**
 * Milliseconds to wait after so many failures in a row (1 or more): `initMs`, doubled with every further
 * failure, at most `maxMs`, and of that a random value in the upper half ("equal jitter": AWS
 * Architecture Blog, "Exponential Backoff And Jitter"), so that agents that failed together do not
 * come back together.
 */
export function pauseMs(
  failures: number,
  { initMs, maxMs }: BackoffSettings,
  random: () => number = Math.random,
): number {
  const step = Math.min(maxMs, initMs * 2 ** (failures - 1))
  return step * (0.5 + random() / 2)
}
