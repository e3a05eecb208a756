/** Pauses between tries, in milliseconds: `initial`, then twice as long each time, up to `max`. */
export interface RetrySettings {
  readonly initial: number
  readonly max: number
}

/** Capped exponential backoff; each pause is drawn from the upper half of its step. */
export class Backoff {
  readonly #settings: RetrySettings
  #tries = 0
  #stopped = false
  #wake: (() => void) | undefined

  constructor(settings: RetrySettings) {
    this.#settings = settings
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** How long to wait now, in milliseconds. Each call is one more try. */
  next(): number {
    const { initial, max } = this.#settings
    const step = Math.min(max, initial * 2 ** this.#tries++)
    // Many agents behind one server that comes back must not all knock at the same instant.
    return step * (0.5 + Math.random() / 2)
  }

  /** Resolves after `pause` ms, or earlier by `hurry` or `stop`. */
  wait(pause: number): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, pause)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  reset(): void {
    this.#tries = 0
  }

  /** Ends the present pause and begins again with short ones. */
  hurry(): void {
    this.reset()
    this.#wake?.()
  }

  /** No more pauses; whoever tries is to give up. */
  stop(): void {
    this.#stopped = true
    this.hurry()
  }
}
