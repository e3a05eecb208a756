import type { Logger } from 'pino'
import { type BackoffSettings, pauseMs } from '../../backoff.ts'
import { messageOf } from '../../errors.ts'
import type { Rejection } from '../../output.ts'
import type { Pauses } from '../delivery/pauses.ts'
import { DropLog } from '../drop-log.ts'
import type { Lease } from '../lease.ts'
import type { Counts } from '../stats.ts'
import type { DeadEvent } from './entry.ts'
import type { DeadLetter } from './store.ts'

const SILENCE_MS = 10_000

interface BurialOptions {
  /** Undefined: what is rejected is dropped. */
  readonly deadLetter: DeadLetter | undefined
  readonly log: Logger
  readonly counts: Counts
  readonly backoff: BackoffSettings
  readonly pauses: Pauses
  /** So often the log says that the disk has not answered. */
  readonly silenceMs?: number
}

/** Brings events that the output has refused for good to the dead letter, and waits for it as long as it takes. */
export class Burial {
  readonly #options: BurialOptions
  readonly #dropLog: DropLog
  /** That the dead letter takes no events. */
  readonly #unburied: DropLog

  constructor(options: BurialOptions) {
    this.#options = options
    const { log, deadLetter } = options
    const fate = deadLetter ? 'Events are in the dead letter' : 'Events dropped'
    this.#dropLog = new DropLog(log, `${fate}: the output refused them`)
    this.#unburied = new DropLog(log, 'The dead letter can not be written: delivery waits for it')
  }

  /** Resolves once the events are where they belong; with false if the delivery is stopped before. */
  async bury(lease: Lease, tries: number, rejected: readonly Rejection[]): Promise<boolean> {
    const { deadLetter, counts } = this.#options
    if (rejected.length === 0) return true
    if (deadLetter !== undefined) {
      const { lines, meta } = lease
      const events = rejected.map(({ index, reason, status }): DeadEvent => {
        const own = { line: lines[index] ?? '{}', meta: meta[index] }
        return { ...own, reason, status, attempts: tries + 1 }
      })
      if (!(await this.#isAdded(deadLetter, events))) return false
      counts.dead_lettered += events.length
    }
    for (const { reason } of rejected) this.#dropLog.note(reason)
    return true
  }

  /** Logs what has not been logged yet. */
  close(): void {
    this.#dropLog.close()
    this.#unburied.close()
  }

  async #isAdded(deadLetter: DeadLetter, events: readonly DeadEvent[]): Promise<boolean> {
    const { backoff, pauses } = this.#options
    for (let failures = 1; ; failures++) {
      try {
        await this.#watched(deadLetter.add(events))
        return true
      } catch (thrown) {
        this.#unburied.note(messageOf(thrown))
        await pauses.until(performance.now() + pauseMs(failures, backoff))
        if (pauses.isStopped) return false
      }
    }
  }

  /** A write to a disk can't be taken back, so none is begun beside one that hangs. The log says that it does. */
  async #watched(adding: Promise<void>): Promise<void> {
    const { silenceMs = SILENCE_MS } = this.#options
    const say = () => this.#unburied.note('the disk does not answer')
    const timer = setInterval(say, silenceMs).unref()
    try {
      await adding
    } finally {
      clearInterval(timer)
    }
  }
}
