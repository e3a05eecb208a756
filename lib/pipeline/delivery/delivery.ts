// Brings batches from the queue to the output until every event is settled.
//
//   take      a lease from the queue, or one that has to be tried again and whose pause is over
//   write     with a signal that aborts after `timeout` without answer or progress; a late answer is ignored
//   settle    each event by the answer: confirmed, rejected, or left for another try
//   bury      a rejected event counts as settled once it is in the dead letter, if there is one: until then
//             its batch waits, and others go on, unless the order is kept
//   again     ordered: after the pause, before anything newer. Else put aside for that time, while others go on
//
// A pause grows with every failure in a row of its kind: a lost connection, or a peer that throttles (rows.ts). A
// peer may ask for a longer one, up to ten minutes. Nothing is written before it is over, also if no event of that
// write is left. Events that alone are refused for now have a pause of their own.

import type { Logger } from 'pino'
import { AgentError } from '../../errors.ts'
import type { DeliverySettings, Output } from '../../output.ts'
import { Burial } from '../dead-letter/burial.ts'
import type { DeadLetter } from '../dead-letter/store.ts'
import type { Lease } from '../lease.ts'
import type { Queue } from '../queue.ts'
import type { Counts } from '../stats.ts'
import { type Answer, answerOf } from './answer.ts'
import { DeliveryLog } from './delivery-log.ts'
import { Pauses } from './pauses.ts'
import type { Retry, Written } from './retry.ts'
import { Rows } from './rows.ts'
import { Slots } from './slots.ts'
import { Writer } from './writer.ts'

interface DeliveryOptions {
  readonly output: Output
  readonly queue: Queue
  readonly log: Logger
  readonly settings: DeliverySettings
  readonly counts: Counts
  /** Undefined: what is rejected is dropped. */
  readonly deadLetter?: DeadLetter | undefined
}

/** At the end nothing is tried again after a longer pause, if it is kept anyway. */
const LAST_PAUSE_MS = 1_000

export class Delivery {
  readonly #queue: Queue
  readonly #log: DeliveryLog
  readonly #settings: DeliverySettings
  readonly #counts: Counts
  readonly #rows: Rows
  readonly #burial: Burial
  readonly #pauses = new Pauses()
  readonly #writer: Writer
  /** Deliveries that go on beside those of new batches. */
  readonly #aside = new Set<Promise<void>>()
  /** After a failure that is not that of single events nothing is tried before: performance.now(). */
  #pausedUntilMs = 0
  #isAborted = false
  /** Whether the agent ends: a retry may be the last chance of its events. */
  #isEnding = false
  /** Whether events that are left then are kept elsewhere. */
  #isKept = false
  readonly #workers: number
  readonly #slots: Slots
  /** Rejects with the error of a delivery aside. */
  readonly #failure: Promise<never>
  #fail: (thrown: unknown) => void = () => undefined

  constructor({ output, queue, log, settings, counts, deadLetter }: DeliveryOptions) {
    this.#queue = queue
    this.#log = new DeliveryLog(log)
    this.#settings = settings
    this.#counts = counts
    const backoff = { initMs: settings.backoff.init, maxMs: settings.backoff.max }
    this.#rows = new Rows(backoff, counts, failedForMs => this.#log.worksAgain(failedForMs))
    this.#burial = new Burial({ deadLetter, log, counts, backoff, pauses: this.#pauses })
    const isSilent = (silentMs: number) => this.#log.isSilent(silentMs)
    this.#writer = new Writer(output, settings.timeout, isSilent)
    this.#workers = settings.ordered ? 1 : Math.max(1, settings.inFlight)
    this.#slots = new Slots(this.#workers)
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject
    })
  }

  /**
   * Resolves with undefined once the queue is closed and empty, or after `stop`; with an error if the
   * output can never take another event. Rejects only because of a bug in the framework.
   */
  async run(): Promise<AgentError | undefined> {
    try {
      const all = Promise.all(Array.from({ length: this.#workers }, () => this.#work()))
      await Promise.race([all, this.#failure])
      while (this.#aside.size > 0 && !this.#isAborted) {
        await Promise.race([Promise.all(this.#aside), this.#failure])
      }
    } catch (thrown) {
      this.stop()
      if (isGone(thrown)) return thrown
      throw thrown
    } finally {
      this.#burial.close()
    }
    return undefined
  }

  /** Ends every pause before a retry at once: there may be no other chance. */
  retryNow(): void {
    this.#isEnding = true
    this.#rows.end()
    this.#pausedUntilMs = 0
    this.#pauses.end()
  }

  /** Milliseconds since the output was given the oldest batch that it has, or made progress; 0 if it has none. */
  get writingForMs(): number {
    return this.#writer.writingForMs
  }

  /**
   * Tries everything once more at once, and ends with the first that fails: what is left is kept elsewhere. But
   * what was confirmed behind the oldest event that is left is sent again by the next start.
   */
  endAtFailure(): void {
    this.#isKept = true
    if (this.#rows.hasFailed) this.#leave()
    else this.retryNow()
  }

  /** Gives up the events that are not confirmed. */
  stop(): void {
    this.#isAborted = true
    this.#leave()
    this.#writer.abort()
  }

  /** Tries nothing any more, and waits for the answers to what was sent. */
  #leave(): void {
    this.#pauses.stop()
    this.#slots.end()
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
      await this.#start({ lease, tries: 0, dueMs: 0, isRest: false })
      if (this.#pauses.isStopped) return
    }
  }

  /** The first try of a batch, and all of them where the order is kept. */
  async #start(first: Retry): Promise<void> {
    if (this.#settings.ordered) return this.#deliver([first])
    const written = await this.#inSlot(first)
    const delivery = this.#settle(first, written).then(left => this.#deliver(left))
    const tracked = delivery.finally(() => this.#aside.delete(tracked))
    this.#aside.add(tracked)
    tracked.catch(this.#fail)
  }

  async #deliver(retries: readonly Retry[]): Promise<void> {
    const todo = [...retries]
    for (let next = todo.shift(); next && !this.#pauses.isStopped; next = todo.shift()) {
      await this.#pauses.until(next.dueMs)
      todo.unshift(...(await this.#settle(next, await this.#inSlot(next))))
    }
  }

  /** The slots are for the output alone: who waits for the dead letter has none. */
  async #inSlot(retry: Retry): Promise<Written | undefined> {
    await this.#slots.take()
    try {
      // Another write may have had its answer meanwhile, and with it a longer pause.
      while (this.#pausedUntilMs > performance.now() && !this.#pauses.isStopped) {
        await this.#pauses.until(this.#pausedUntilMs)
      }
      if (this.#pauses.isStopped) return undefined
      if (retry.tries > 0) this.#counts.retried += retry.lease.count
      return await this.#write(retry)
    } finally {
      this.#slots.release()
    }
  }

  async #write({ lease, tries, isRest }: Retry): Promise<Written | undefined> {
    const begunMs = performance.now()
    try {
      const result = await this.#writer.write(lease)
      if (result === undefined) return undefined
      const answer = answerOf(lease.count, result, isRest)
      const pauseMs = this.#pauseAfter(answer, tries, begunMs)
      this.#log.answered(answer, this.#isLastTry(tries) ? undefined : pauseMs)
      return { answer, pauseMs }
    } catch (thrown) {
      // It may have been left behind, and be at work with the bytes for ever.
      lease.keep()
      if (isGone(thrown)) throw thrown
      if (this.#pauses.isStopped) return undefined
      this.#counts.failed_writes++
      const pauseMs = this.#pauseAll(this.#rows.failed('lost', begunMs))
      this.#log.failed(thrown, lease.count, this.#isLastTry(tries) ? undefined : pauseMs)
      return { answer: undefined, pauseMs }
    }
  }

  /** Is worked out before anybody waits for the dead letter, as other writes go by it. */
  #pauseAfter({ isTooLarge, fates, cause, askedMs }: Answer, tries: number, begunMs: number) {
    const isRefused = fates?.includes(undefined) === true
    if (cause === undefined) {
      if (isRefused) return this.#rows.refused(this.#isEnding ? 1 : tries + 1)
      if (!isTooLarge) this.#rows.succeeded()
      return 0
    }
    if (isRefused || askedMs === 0) {
      return this.#pauseAll(Math.max(askedMs, this.#rows.failed(cause, begunMs)))
    }
    if (!isTooLarge) this.#rows.succeeded()
    this.#rows.notePause(cause)
    return this.#pauseAll(askedMs)
  }

  /** Returns what is left to try, in order. */
  async #settle(retry: Retry, written: Written | undefined): Promise<readonly Retry[]> {
    if (written === undefined) return []
    const [{ lease, tries, isRest }, { answer, pauseMs }] = [retry, written]
    if (answer?.isTooLarge) {
      const halves = () => lease.halves().map(half => ({ lease: half, tries, dueMs: 0, isRest }))
      if (lease.count > 1) return halves()
      return this.#reject(lease, tries, 'it is too large for the output')
    }
    const left = answer ? await this.#settled(lease, tries, answer) : lease
    if (left === undefined) return []
    const rest = { ...retry, lease: left, isRest: isRest || left.count < lease.count }
    const again = await this.#again(rest, pauseMs)
    // Of a write that has failed, or whose answer has said why, that is said already.
    if (answer && !answer.why && again.length > 0) this.#log.goesAgain(left.count, pauseMs)
    return again
  }

  /** Returns the events that are left to try again, if there are any. */
  async #settled(
    lease: Lease,
    tries: number,
    { fates, rejected }: Answer,
  ): Promise<Lease | undefined> {
    if (fates === undefined) {
      this.#counts.acked += lease.count
      lease.settleAll('confirmed')
      return undefined
    }
    const isBuried = await this.#burial.bury(lease, tries, rejected)
    // What could not be buried before the end is left unsettled, as if it had not been sent.
    const known = isBuried ? fates : fates.map(fate => (fate === 'rejected' ? undefined : fate))
    const left = lease.settle(known)
    const dropped = isBuried ? rejected.length : 0
    this.#counts.rejected += dropped
    this.#counts.acked += lease.count - left.count - dropped
    return left.count === 0 || !isBuried ? undefined : left
  }

  /** Nothing is written before this time is over. */
  #pauseAll(ms: number): number {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, performance.now() + ms)
    return ms
  }

  #isLastTry(tries: number): boolean {
    const { max_retries } = this.#settings
    return max_retries >= 0 && tries >= max_retries
  }

  async #again({ lease, tries, isRest, isLast }: Retry, ms: number): Promise<readonly Retry[]> {
    if (this.#isLastTry(tries)) {
      return this.#reject(lease, tries, `it was refused ${tries + 1} times`)
    }
    if (this.#isKept && (isLast || ms > LAST_PAUSE_MS)) {
      this.#leave()
      return []
    }
    const dueMs = performance.now() + ms
    return [{ lease, tries: tries + 1, dueMs, isRest, isLast: this.#isKept }]
  }

  async #reject(lease: Lease, tries: number, reason: string): Promise<readonly Retry[]> {
    const rejected = Array.from({ length: lease.count }, (_, index) => ({ index, reason }))
    if (!(await this.#burial.bury(lease, tries, rejected))) return []
    this.#counts.rejected += lease.count
    lease.settleAll('rejected')
    return []
  }
}

function isGone(thrown: unknown): thrown is AgentError {
  return thrown instanceof AgentError && thrown.code === 'OUTPUT_GONE'
}
