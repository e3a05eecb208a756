import type { Logger } from 'pino'

const INTERVAL_MS = 10_000

/** Further reasons are counted together: a peer that names each event in its reason must not fill the log. */
const MAX_REASONS = 10
const MAX_REASON_LENGTH = 200
const OTHERS = 'other reasons'

/** Logs events that are dropped on purpose: the first at once, then the number of further ones by reason. */
export class DropLog {
  readonly #log: Logger
  readonly #message: string
  readonly #intervalMs: number
  #count = 0
  #reason = ''
  readonly #reasons = new Map<string, number>()
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
    this.#reason = reason.slice(0, MAX_REASON_LENGTH)
    const isKnown = this.#reasons.has(this.#reason) || this.#reasons.size < MAX_REASONS
    const counted = isKnown ? this.#reason : OTHERS
    this.#reasons.set(counted, (this.#reasons.get(counted) ?? 0) + 1)
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
    const reasons = this.#reasons.size > 1 && { reasons: Object.fromEntries(this.#reasons) }
    const events = this.#count
    this.#log.error({ events, 'error.message': this.#reason, ...reasons }, this.#message)
    this.#count = 0
    this.#reasons.clear()
  }
}
