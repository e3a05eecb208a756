import type { Logger } from 'pino'

const INTERVAL_MS = 10_000

/** Logs events that are dropped on purpose: the first at once, then the number of further ones and why. */
export class DropLog {
  readonly #log: Logger
  readonly #message: string
  readonly #intervalMs: number
  #count = 0
  #reason = ''
  #timer: NodeJS.Timeout | undefined

  /** `intervalMs`: there is at most one line in this time. */
  constructor(log: Logger, message: string, intervalMs = INTERVAL_MS) {
    this.#log = log
    this.#message = message
    this.#intervalMs = intervalMs
  }

  /** `reason` must not repeat the event's content, which may be secret. */
  note(reason: string): void {
    this.#count++
    this.#reason = reason
    if (this.#timer === undefined) this.#logDue()
  }

  /** Logs what has not been logged yet. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#count > 0) this.#write()
  }

  #logDue(): void {
    this.#timer = undefined
    if (this.#count === 0) return
    this.#write()
    this.#timer = setTimeout(() => this.#logDue(), this.#intervalMs).unref()
  }

  #write(): void {
    this.#log.error({ events: this.#count, 'error.message': this.#reason }, this.#message)
    this.#count = 0
  }
}
