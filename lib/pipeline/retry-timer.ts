import { type BackoffSettings, pauseMs } from '../backoff.ts'

/** Pauses of one delivery, which can be cut short. */
export class RetryTimer {
  readonly #settings: BackoffSettings
  #failures = 0
  #stopped = false
  #wake: (() => void) | undefined

  constructor(settings: BackoffSettings) {
    this.#settings = settings
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Counts one more failure and returns how long to wait now, in milliseconds. */
  nextPauseMs(): number {
    return pauseMs(++this.#failures, this.#settings)
  }

  /** Resolves after `pause` milliseconds, or earlier by `retryNow` or `stop`. */
  wait(pauseMs: number): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, pauseMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  reset(): void {
    this.#failures = 0
  }

  /** Ends the present pause and begins again with short ones. */
  retryNow(): void {
    this.reset()
    this.#wake?.()
  }

  /** No more pauses: the caller is to give up. */
  stop(): void {
    this.#stopped = true
    this.retryNow()
  }
}
