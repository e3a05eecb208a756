import type { Receipt } from '../beat.ts'

/**
 * The receipt of one publish: counts its events down as they are confirmed or dropped on purpose.
 * Events that are neither when the agent ends leave `acked` pending for ever: nobody may take a
 * position as read that was not.
 */
export class Acker implements Receipt {
  #unacked: number
  #acked: Promise<void> | undefined
  #resolve: (() => void) | undefined

  constructor(events: number) {
    this.#unacked = events
  }

  /** Made on demand: most beats publish many times for each receipt that they look at. */
  get acked(): Promise<void> {
    this.#acked ??=
      this.#unacked === 0
        ? Promise.resolve()
        : new Promise(resolve => {
            this.#resolve = resolve
          })
    return this.#acked
  }

  ack(events: number): void {
    this.#unacked -= events
    if (this.#unacked === 0) this.#resolve?.()
  }
}
