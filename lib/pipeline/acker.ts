import type { Receipt } from '../event.ts'
import type { SourceCounts } from './stats.ts'

/**
 * The receipt of one publish, which counts its events down as they are confirmed or dropped on purpose.
 * If events are neither when the agent ends, `acked` stays pending for ever, so that no beat moves its
 * position past them.
 */
export class Acker implements Receipt {
  readonly #source: SourceCounts
  #unacked: number
  #acked: Promise<void> | undefined
  #resolve: (() => void) | undefined

  constructor(events: number, source: SourceCounts) {
    this.#source = source
    this.#unacked = events
  }

  /** Made on demand: most beats publish many times for each receipt that they await. */
  get acked(): Promise<void> {
    this.#acked ??=
      this.#unacked === 0
        ? Promise.resolve()
        : new Promise(resolve => {
            this.#resolve = resolve
          })
    return this.#acked
  }

  /** The queue has taken so many of the events. */
  take(events: number): void {
    this.#source.published += events
    this.#source.pending += events
  }

  /** So many of them are confirmed, or dropped on purpose. */
  ack(events: number): void {
    this.#source.pending -= events
    this.#unacked -= events
    if (this.#unacked === 0) this.#resolve?.()
  }
}
