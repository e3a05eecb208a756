import type { Receipt } from '../beat.ts'

/**
 * The receipt of one publish: counts its events down as they are confirmed or dropped on purpose.
 * Events that are neither when the agent ends leave `acked` pending for ever: nobody may take a
 * position as read that was not.
 */
export class Ticket implements Receipt {
  #open: number
  #acked: Promise<void> | undefined
  #resolve: (() => void) | undefined

  constructor(events: number) {
    this.#open = events
  }

  /** Made on demand: most beats publish many times for each receipt that they look at. */
  get acked(): Promise<void> {
    this.#acked ??=
      this.#open === 0
        ? Promise.resolve()
        : new Promise(resolve => {
            this.#resolve = resolve
          })
    return this.#acked
  }

  settle(events: number): void {
    this.#open -= events
    if (this.#open === 0) this.#resolve?.()
  }
}
