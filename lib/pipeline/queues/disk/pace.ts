/** Bytes in memory from which on publishes wait for an output that keeps up. */
const PACED_BYTES = 4 * 1024 * 1024

/** An output keeps up that takes those in less time. */
const PACED_MS = 250

/** The events in memory: written and not taken, or going to be written. */
interface Stock {
  readonly bytes: number
  /** Whether older events are on the disk alone. */
  readonly isBehind: boolean
  /** performance.now() when the oldest of those that can be taken came. */
  readonly sinceMs: number
}

/**
 * Holds publishes back while the output takes events nearly as fast as they come: to wait a moment costs less than
 * to read again what memory has no room for. A slower output holds nobody back: then the disk takes what comes.
 */
export class Pace {
  readonly #stock: () => Stock
  readonly #onOver: () => void
  #timer: NodeJS.Timeout | undefined

  /** `onOver` is called some time after publishes were held back: they may not be any more. */
  constructor(stock: () => Stock, onOver: () => void) {
    this.#stock = stock
    this.#onOver = onOver
  }

  get holdsBack(): boolean {
    const { bytes, isBehind, sinceMs } = this.#stock()
    if (isBehind || bytes < PACED_BYTES) return false
    return sinceMs + PACED_MS > performance.now()
  }

  /** A publish waits. */
  watch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#onOver()
    }, PACED_MS)
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
