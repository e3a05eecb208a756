/** About a millisecond's work: fewer cost more than they gain, more leave the processor's caches (`make bench`). */
const EVENTS_PER_TURN = 800

/**
 * Has publishers that always find room let the event loop turn. Else nothing would be delivered before the queue
 * is full, as the end of a write is seen in a turn, nor would timers and signals come.
 */
export class Turns {
  #taken = 0
  #next: Promise<void> | undefined

  /** So many events were taken in. */
  take(events: number): void {
    this.#taken += events
  }

  /** The next turn, if it is due. All publishers wait for the same one. */
  get due(): Promise<void> | undefined {
    if (this.#taken < EVENTS_PER_TURN) return undefined
    this.#next ??= new Promise(resolve => {
      setImmediate(() => {
        this.#taken = 0
        this.#next = undefined
        resolve()
      })
    })
    return this.#next
  }
}
