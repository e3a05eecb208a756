/**
 * Has publishers that never have to wait let the event loop turn. Else nothing would be delivered before the queue
 * is full, as the end of a write is seen in a turn, nor would timers and signals come.
 */
export class Turns {
  readonly #most: number
  #passed = 0
  #next: Promise<void> | undefined

  /** `most`: events that may pass before the loop has to turn. */
  constructor(most: number) {
    this.#most = most
  }

  /** Counts events, also those that were dropped. Returns the next turn, if it is due, which all wait for. */
  after(events: number): Promise<void> | undefined {
    this.#passed += events
    if (this.#passed < this.#most) return undefined
    this.#next ??= new Promise(resolve => {
      setImmediate(() => {
        this.#passed = 0
        this.#next = undefined
        resolve()
      })
    })
    return this.#next
  }
}
