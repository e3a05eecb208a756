/** Those that wait for a batch. They are woken together: all that is published in a turn of the event loop goes with it. */
export class Takers {
  readonly #isDue: () => boolean
  readonly #wakers: (() => void)[] = []
  #isWaking = false

  /** `isDue`: whether a batch is. */
  constructor(isDue: () => boolean) {
    this.#isDue = isDue
  }

  wait(): Promise<void> {
    return new Promise(resolve => this.#wakers.push(resolve))
  }

  /** Whether anybody still waits in vain. */
  wakeIfDue(): boolean {
    if (this.#wakers.length === 0 || this.#isWaking) return false
    if (!this.#isDue()) return true
    this.#isWaking = true
    setImmediate(() => {
      this.#isWaking = false
      if (this.#isDue()) this.wakeNow()
    })
    return false
  }

  wakeNow(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }
}
