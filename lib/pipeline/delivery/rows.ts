import { type BackoffSettings, pauseMs } from '../../backoff.ts'
import type { Counts } from '../stats.ts'

/** Why other events wait as well: the connection was lost, or the peer asks for less. */
export type Cause = 'lost' | 'throttled'

interface Row {
  failures: number
  /** performance.now() of the last failure that was counted; before all times if there is none. */
  countedMs: number
}

/**
 * Failures in a row, of either cause for itself: that a peer throttles says nothing about how long it is going
 * to be away next time. A full success ends both rows, a partial one neither.
 */
export class Rows {
  readonly #backoff: BackoffSettings
  readonly #counts: Counts
  readonly #onSuccess: (failedForMs: number) => void
  #rows = noRows()
  /** performance.now() of the first failure since the last success. */
  #sinceMs: number | undefined

  /** `onSuccess` is called with the first success after failures. */
  constructor(
    backoff: BackoffSettings,
    counts: Counts,
    onSuccess: (failedForMs: number) => void = () => undefined,
  ) {
    this.#backoff = backoff
    this.#counts = counts
    this.#onSuccess = onSuccess
  }

  get hasFailed(): boolean {
    return this.#rows.lost.failures + this.#rows.throttled.failures > 0
  }

  /**
   * The pause after a write that began at this time, by performance.now(). Several that are under way when a
   * peer goes fail one after the other, which is one failure: else eight would make a minute of a second.
   */
  failed(cause: Cause, begunMs: number): number {
    const row = this.#rows[cause]
    this.#sinceMs ??= begunMs
    if (begunMs >= row.countedMs) {
      row.failures++
      row.countedMs = performance.now()
      this.notePause(cause)
    }
    return pauseMs(row.failures, this.#backoff)
  }

  /**
   * The pause of events that alone are refused for now, after so many tries. It is theirs: whatever becomes of
   * others meanwhile, the events that a peer never takes are tried ever more rarely.
   */
  refused(tries: number): number {
    this.notePause('throttled')
    return pauseMs(tries, this.#backoff)
  }

  notePause(cause: Cause): void {
    this.#counts[cause === 'lost' ? 'lost_pauses' : 'throttled_pauses']++
  }

  succeeded(): void {
    this.end()
    if (this.#sinceMs !== undefined) this.#onSuccess(performance.now() - this.#sinceMs)
    this.#sinceMs = undefined
  }

  end(): void {
    this.#rows = noRows()
  }
}

function noRows(): Record<Cause, Row> {
  const row = () => ({ failures: 0, countedMs: Number.NEGATIVE_INFINITY })
  return { lost: row(), throttled: row() }
}
