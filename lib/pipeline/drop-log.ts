import type { Logger } from 'pino'

/** At most one line in so many milliseconds. */
const INTERVAL_MS = 10_000

/** Logs events that are dropped on purpose: the first at once, then how many more and why. */
export class DropLog {
  readonly #log: Logger
  readonly #message: string
  #count = 0
  #reason = ''
  #timer: NodeJS.Timeout | undefined

  constructor(log: Logger, message: string) {
    this.#log = log
    this.#message = message
  }

  /** `reason` must say nothing of the event's content: it may be secret. */
  note(reason: string): void {
    this.#count++
    this.#reason = reason
    if (this.#timer === undefined) this.#tell()
  }

  /** Says what has not been said yet. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#count > 0) this.#say()
  }

  #tell(): void {
    this.#timer = undefined
    if (this.#count === 0) return
    this.#say()
    this.#timer = setTimeout(() => this.#tell(), INTERVAL_MS).unref()
  }

  #say(): void {
    this.#log.error({ events: this.#count, 'error.message': this.#reason }, this.#message)
    this.#count = 0
  }
}
