// Brings batches from the queue to the output until every event is settled.
//
//   take      a lease from the queue, or one that has to be tried again and whose pause is over
//   write     with a signal that aborts after `timeout` without answer or progress; a late answer is
//             ignored, as the write that it belongs to counts as failed by then
//   settle    each event by the answer: confirmed, rejected, or left for another try
//   again     ordered: at once after the pause, before anything newer. Else put aside until its pause is
//             over, while other batches go on
//
// The pause grows with every failure in a row (lib/backoff.ts); a partial success does not end the row,
// a full one does. A peer that asks for a longer one gets it, up to MAX_RETRY_AFTER_MS. A pause is that of
// the refused events alone, unless the write failed, or the answer has a cause or asks for a pause: then
// nothing is written before it is over.

import type { Logger } from 'pino'
import { type BackoffSettings, pauseMs } from '../backoff.ts'
import { AgentError } from '../errors.ts'
import type { DeliverySettings, Output, WriteResult } from '../output.ts'
import type { Fate } from './block.ts'
import { DropLog } from './drop-log.ts'
import type { Lease } from './lease.ts'
import type { Queue } from './queue.ts'
import type { Counts } from './stats.ts'
import { Writer } from './writer.ts'

interface DeliveryOptions {
  readonly output: Output
  readonly queue: Queue
  readonly log: Logger
  readonly settings: DeliverySettings
  readonly counts: Counts
}

/** A lease that has to be tried again. */
interface Retry {
  readonly lease: Lease
  /** Tries so far. */
  readonly tries: number
  /** performance.now() from which on it may be tried. */
  readonly dueMs: number
}

/** The longest pause that a peer is granted, in milliseconds. */
const MAX_RETRY_AFTER_MS = 600_000

export class Delivery {
  readonly #queue: Queue
  readonly #log: Logger
  readonly #settings: DeliverySettings
  readonly #backoff: BackoffSettings
  readonly #counts: Counts
  readonly #dropLog: DropLog
  readonly #writer: Writer
  /** Deliveries that go on beside those of new batches. */
  readonly #aside = new Set<Promise<void>>()
  /** Each ends a pause. */
  readonly #wakers = new Set<() => void>()
  #failuresInARow = 0
  /** After a write that failed as a whole nothing is tried before: performance.now(). */
  #pausedUntilMs = 0
  #isStopped = false
  #freeSlots: number
  readonly #slotQueue: (() => void)[] = []
  /** Rejects with the error of a delivery aside. */
  readonly #failure: Promise<never>
  #fail: (thrown: unknown) => void = () => undefined

  constructor({ output, queue, log, settings, counts }: DeliveryOptions) {
    this.#queue = queue
    this.#log = log
    this.#settings = settings
    this.#backoff = { initMs: settings.backoff.init, maxMs: settings.backoff.max }
    this.#counts = counts
    this.#dropLog = new DropLog(log, 'Events dropped: the output refused them')
    this.#writer = new Writer(output, settings.timeout)
    this.#freeSlots = settings.ordered ? 1 : Math.max(1, settings.inFlight)
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#failure.catch(() => undefined)
  }

  /**
   * Resolves with undefined once the queue is closed and empty, or after `stop`; with an error if the
   * output can never take another event. Rejects only because of a bug in the framework.
   */
  async run(): Promise<AgentError | undefined> {
    const workers = this.#freeSlots
    try {
      const all = Promise.all(Array.from({ length: workers }, () => this.#work()))
      await Promise.race([all, this.#failure])
      while (this.#aside.size > 0 && !this.#isStopped) {
        await Promise.race([Promise.all(this.#aside), this.#failure])
      }
    } catch (thrown) {
      this.stop()
      if (isGone(thrown)) return thrown
      throw thrown
    } finally {
      this.#dropLog.close()
    }
    return undefined
  }

  /** Ends every pause before a retry at once: there may be no other chance. */
  retryNow(): void {
    this.#failuresInARow = 0
    this.#pausedUntilMs = 0
    for (const wake of this.#wakers) wake()
  }

  /** Milliseconds since the output was given the oldest batch that it has, or made progress; 0 if it has none. */
  get writingForMs(): number {
    return this.#writer.writingForMs
  }

  /** Gives up the events that are not confirmed. */
  stop(): void {
    this.#isStopped = true
    this.#writer.abort()
    for (const wake of this.#wakers) wake()
    for (const next of this.#slotQueue.splice(0)) next()
  }

  async #work(): Promise<void> {
    const limits = {
      maxEvents: this.#settings.bulk_max_size,
      maxBytes: this.#settings.bulk_max_bytes,
    }
    for (
      let lease = await this.#queue.take(limits);
      lease;
      lease = await this.#queue.take(limits)
    ) {
      await this.#start({ lease, tries: 0, dueMs: 0 })
      if (this.#isStopped) return
    }
  }

  /** The first try of a batch, and all of them where the order is kept. */
  async #start(first: Retry): Promise<void> {
    if (this.#settings.ordered) return this.#deliver([first])
    const left = await this.#inSlot(first)
    if (left.length === 0) return
    const delivery = this.#deliver(left)
    const tracked = delivery.finally(() => this.#aside.delete(tracked))
    this.#aside.add(tracked)
    tracked.catch(this.#fail)
  }

  async #deliver(retries: readonly Retry[]): Promise<void> {
    let todo = retries
    while (todo.length > 0 && !this.#isStopped) {
      const [next, ...rest] = todo
      if (!next) return
      await this.#pauseUntil(next.dueMs)
      todo = [...(await this.#inSlot(next)), ...rest]
    }
  }

  async #inSlot(retry: Retry): Promise<readonly Retry[]> {
    await this.#pauseUntil(this.#pausedUntilMs)
    if (this.#freeSlots > 0) this.#freeSlots--
    else await new Promise<void>(resolve => this.#slotQueue.push(resolve))
    try {
      if (this.#isStopped) return []
      if (retry.tries > 0) this.#counts.retried += retry.lease.count
      return await this.#attempt(retry)
    } finally {
      const next = this.#slotQueue.shift()
      if (next) next()
      else this.#freeSlots++
    }
  }

  /** Returns what is left to try, in order. */
  async #attempt({ lease, tries }: Retry): Promise<readonly Retry[]> {
    try {
      const result = await this.#writer.write(lease)
      if (result === undefined) return []
      if (result.tooLarge === true) return this.#split(lease, tries)
      return this.#settle(lease, tries, result)
    } catch (thrown) {
      if (isGone(thrown)) throw thrown
      if (this.#isStopped) return []
      this.#counts.failed_writes++
      this.#log.error({ err: thrown, events: lease.count }, 'Output failed')
      const left = this.#again(lease, tries)
      this.#pauseAll(left)
      return left
    }
  }

  #split(lease: Lease, tries: number): readonly Retry[] {
    if (lease.count > 1) return lease.halves().map(half => ({ lease: half, tries, dueMs: 0 }))
    this.#reject(lease, 'it is too large for the output')
    return []
  }

  #settle(lease: Lease, tries: number, result: WriteResult): readonly Retry[] {
    const { retry, reject } = result
    if (retry.length === 0 && reject.length === 0) {
      this.#counts.acked += lease.count
      lease.settleAll('confirmed')
      this.#failuresInARow = 0
      return []
    }
    const fates = fatesOf(lease.count, result)
    const left = lease.settle(fates)
    const rejected = fates.filter(fate => fate === 'rejected').length
    for (const { index, reason } of reject)
      if (fates[index] === 'rejected') this.#dropLog.note(reason)
    this.#counts.rejected += rejected
    this.#counts.acked += lease.count - left.count - rejected
    if (left.count === 0) {
      this.#failuresInARow = 0
      return []
    }
    const again = this.#again(left, tries, result.retryAfterMs)
    // A peer that asks for a pause, or is gone, has not asked for other events meanwhile.
    if (result.retryAfterMs !== undefined || result.cause !== undefined) this.#pauseAll(again)
    return again
  }

  /** Nothing else is tried before these are. */
  #pauseAll(retries: readonly Retry[]): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, ...retries.map(({ dueMs }) => dueMs))
  }

  #again(lease: Lease, tries: number, retryAfterMs = 0): readonly Retry[] {
    const { max_retries } = this.#settings
    if (max_retries >= 0 && tries >= max_retries) {
      this.#reject(lease, `it was refused ${tries + 1} times`)
      return []
    }
    const ownMs = pauseMs(++this.#failuresInARow, this.#backoff)
    const ms = Math.max(ownMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
    const retry_in_ms = Math.round(ms)
    this.#log.warn({ events: lease.count, retry_in_ms }, 'Events are going to be sent again')
    return [{ lease, tries: tries + 1, dueMs: performance.now() + ms }]
  }

  #reject(lease: Lease, reason: string): void {
    for (let at = 0; at < lease.count; at++) this.#dropLog.note(reason)
    this.#counts.rejected += lease.count
    lease.settleAll('rejected')
  }

  async #pauseUntil(dueMs: number): Promise<void> {
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
}

/**
 * The fate of each event; undefined for those to try again. An event that is both to retry and to reject
 * is tried again.
 *
 * @throws TypeError for an answer that makes no sense: outputs are plugins
 */
function fatesOf(count: number, { retry, reject }: WriteResult): readonly (Fate | undefined)[] {
  const fates = new Array<Fate | undefined>(count).fill('confirmed')
  const set = (index: number, fate: Fate | undefined) => {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new TypeError(`the output refused event ${index} of a batch of ${count}`)
    }
    fates[index] = fate
  }
  for (const { index } of reject) set(index, 'rejected')
  for (const index of retry) set(index, undefined)
  return fates
}

function isGone(thrown: unknown): thrown is AgentError {
  return thrown instanceof AgentError && thrown.code === 'OUTPUT_GONE'
}
