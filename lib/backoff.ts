import { messageOf } from './errors.ts'

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

/** After which the same words are said once more. */
const AGAIN_MS = 10 * 60_000

/** So many different words in that time are enough: a peer may have other ones at each try. */
const MAX_WORDS = 100

type Say = (fields: object, message: string) => void

/** Words that come with every try of the same thing, such as a failed write: they are news once, and after a while. */
export class Recurring {
  /** performance.now() of when they were said. */
  readonly #saidMs = new Map<string, number>()

  /** Whether to say these words now: then they count as said. */
  isNews(words: string, nowMs: number = performance.now()): boolean {
    const saidMs = this.#saidMs.get(words)
    if (saidMs !== undefined && nowMs - saidMs < AGAIN_MS) return false
    if (this.#saidMs.size >= MAX_WORDS) this.#forget(nowMs - AGAIN_MS)
    if (this.#saidMs.size >= MAX_WORDS) return false
    this.#saidMs.set(words, nowMs)
    return true
  }

  /** Logs a message that comes with every try: where it is no news, for those who look closely alone. */
  say(
    log: Readonly<Record<'error' | 'warn' | 'debug', Say>>,
    level: 'error' | 'warn',
    fields: Readonly<Record<string, unknown>>,
    message: string,
  ): void {
    const { err } = fields
    const words = err === undefined ? message : `${message}: ${messageOf(err)}`
    log[this.isNews(words) ? level : 'debug'](fields, message)
  }

  #forget(untilMs: number): void {
    for (const [words, saidMs] of this.#saidMs) if (saidMs <= untilMs) this.#saidMs.delete(words)
  }
}
