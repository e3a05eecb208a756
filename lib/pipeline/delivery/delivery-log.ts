import type { Logger } from 'pino'
import { Recurring } from '../../backoff.ts'
import { messageOf } from '../../errors.ts'
import type { Answer } from './answer.ts'

/** After failures of that long a success is news. */
const LONG_MS = 5_000

/**
 * What a delivery says about its tries. A failure that is the same as before gets no further line for a while, unless
 * somebody looks closely: that its events wait is in the metrics.
 */
export class DeliveryLog {
  readonly #log: Logger
  readonly #words = new Recurring()

  constructor(log: Logger) {
    this.#log = log
  }

  /** `pauseMs`: after which the events are going to be sent again, if they are. */
  failed(thrown: unknown, events: number, pauseMs: number | undefined): void {
    const fields = { err: thrown, events, ...againIn(pauseMs) }
    this.#say('error', messageOf(thrown), fields, 'Output failed')
  }

  /** Says why the output has not taken some events, if that is in its answer. `pauseMs`: as above. */
  answered({ fates = [], why }: Answer, pauseMs: number | undefined): void {
    const events = fates.filter(fate => fate === undefined).length
    if (events === 0 || why === undefined) return
    const { message, ...more } = why
    this.#say('error', message, { ...more, events, ...againIn(pauseMs) }, message)
  }

  /** Of events that the output has not taken, and has said itself why. */
  goesAgain(events: number, pauseMs: number): void {
    const message = 'Events are going to be sent again'
    this.#say('warn', message, { events, ...againIn(pauseMs) }, message)
  }

  worksAgain(failedForMs: number): void {
    if (failedForMs < LONG_MS) return
    const failed_for_s = Math.round(failedForMs / 1000)
    this.#log.info({ failed_for_s }, 'The output takes events again')
  }

  isSilent(silentMs: number): void {
    const silent_s = Math.round(silentMs / 1000)
    this.#log.warn({ silent_s }, 'The output has not answered: events wait for it')
  }

  #say(level: 'warn' | 'error', words: string, fields: object, message: string): void {
    this.#log[this.#words.isNews(words) ? level : 'debug'](fields, message)
  }
}

function againIn(pauseMs: number | undefined) {
  return pauseMs === undefined ? {} : { retry_in_ms: Math.round(pauseMs) }
}
