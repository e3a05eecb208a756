/** The pauses of a delivery: each can be ended early, and once the delivery is stopped there are none. */
export class Pauses {
  readonly #wakers = new Set<() => void>()
  #isStopped = false

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** `dueMs`: performance.now() at which it is over. */
  async until(dueMs: number): Promise<void> {
    const ms = dueMs - performance.now()
    if (ms <= 0 || this.#isStopped) return
    await new Promise<void>(resolve => {
      const done = () => {
        clearTimeout(timer)
        this.#wakers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#wakers.add(done)
    })
  }

  /** Ends those that there are now. */
  end(): void {
    for (const wake of this.#wakers) wake()
  }

  stop(): void {
    this.#isStopped = true
    this.end()
  }
}
