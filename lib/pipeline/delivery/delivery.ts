// Brings batches from the queue to the output until every event is settled.
//
//   take      a lease from the queue, or one that has to be tried again and whose pause is over
//   write     with a signal that aborts after `timeout` without answer or progress; a late answer is
//             ignored, as the write that it belongs to counts as failed by then
//   settle    each event by the answer: confirmed, rejected, or left for another try
//   bury      a rejected event counts as settled once it is in the dead letter, if there is one: until then
//             its batch waits
//   again     ordered: at once after the pause, before anything newer. Else put aside until its pause is
//             over, while other batches go on
//
// The pause grows with every failure in a row (lib/backoff.ts); a partial success does not end the row,
// a full one does. A peer that asks for a longer one gets it, up to ten minutes. A pause is that of the
// refused events alone, unless the write failed, or the answer has a cause or asks for a pause: then nothing
// is written before it is over, also if no event of that write is left.

import type { Logger } from 'pino'
import { type BackoffSettings, pauseMs } from '../../backoff.ts'
import { AgentError } from '../../errors.ts'
import type { DeliverySettings, Output } from '../../output.ts'
import { type Answer, answerOf } from './answer.ts'
import { Burial } from '../dead-letter/burial.ts'
import type { DeadLetter } from '../dead-letter/store.ts'
import type { Lease } from '../lease.ts'
import { Pauses } from './pauses.ts'
import type { Queue } from '../queue.ts'
import type { Counts } from '../stats.ts'
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

/** A lease that has to be tried again. */
interface Retry {
  readonly lease: Lease
  /** Tries so far. */
  readonly tries: number
  /** performance.now() from which on it may be tried. */
  readonly dueMs: number
}

export class Delivery {
  readonly #queue: Queue
  readonly #log: Logger
  readonly #settings: DeliverySettings
  readonly #backoff: BackoffSettings
  readonly #counts: Counts
  readonly #burial: Burial
  readonly #pauses = new Pauses()
  readonly #writer: Writer
  /** Deliveries that go on beside those of new batches. */
  readonly #aside = new Set<Promise<void>>()
  #failuresInARow = 0
  /** After a write that failed as a whole nothing is tried before: performance.now(). */
  #pausedUntilMs = 0
  #isAborted = false
  /** Whether each event has had its last try. */
  #isLastTry = false
  #freeSlots: number
  readonly #slotQueue: (() => void)[] = []
  /** Rejects with the error of a delivery aside. */
  readonly #failure: Promise<never>
  #fail: (thrown: unknown) => void = () => undefined

  constructor({ output, queue, log, settings, counts, deadLetter }: DeliveryOptions) {
    this.#queue = queue
    this.#log = log
    this.#settings = settings
    this.#backoff = { initMs: settings.backoff.init, maxMs: settings.backoff.max }
    this.#counts = counts
    const [backoff, pauses] = [this.#backoff, this.#pauses]
    this.#burial = new Burial({ deadLetter, log, counts, backoff, pauses })
    this.#writer = new Writer(output, settings.timeout)
    this.#freeSlots = settings.ordered ? 1 : Math.max(1, settings.inFlight)
    this.#failure = new Promise((_, reject) => {
      this.#fail = reject
    })
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
    this.#failuresInARow = 0
    this.#pausedUntilMs = 0
    this.#pauses.end()
  }

  /** Milliseconds since the output was given the oldest batch that it has, or made progress; 0 if it has none. */
  get writingForMs(): number {
    return this.#writer.writingForMs
  }

  /** Sends what it takes from now on once, and ends with the first failure: its events are kept elsewhere. */
  endAtFailure(): void {
    this.#isLastTry = true
    if (this.#failuresInARow > 0) this.#leave()
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
      if (this.#pauses.isStopped) return
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
    const todo = [...retries]
    for (let next = todo.shift(); next && !this.#pauses.isStopped; next = todo.shift()) {
      await this.#pauses.until(next.dueMs)
      todo.unshift(...(await this.#inSlot(next)))
    }
  }

  async #inSlot(retry: Retry): Promise<readonly Retry[]> {
    if (this.#freeSlots > 0) this.#freeSlots--
    else await new Promise<void>(resolve => this.#slotQueue.push(resolve))
    try {
      // Another write may have had its answer meanwhile, and with it a longer pause.
      while (this.#pausedUntilMs > performance.now() && !this.#pauses.isStopped) {
        await this.#pauses.until(this.#pausedUntilMs)
      }
      if (this.#pauses.isStopped) return []
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
      const answer = answerOf(lease.count, result)
      return answer.isTooLarge
        ? await this.#split(lease, tries, answer)
        : await this.#settle(lease, tries, answer)
    } catch (thrown) {
      if (isGone(thrown)) throw thrown
      if (this.#pauses.isStopped) return []
      this.#counts.failed_writes++
      this.#log.error({ err: thrown, events: lease.count }, 'Output failed')
      const ms = this.#nextPauseMs()
      this.#pauseAll(ms)
      return this.#again(lease, tries, ms)
    }
  }

  async #split(lease: Lease, tries: number, { askedMs }: Answer): Promise<readonly Retry[]> {
    this.#pauseAll(askedMs)
    if (lease.count > 1) return lease.halves().map(half => ({ lease: half, tries, dueMs: 0 }))
    await this.#reject(lease, tries, 'it is too large for the output')
    return []
  }

  async #settle(lease: Lease, tries: number, answer: Answer): Promise<readonly Retry[]> {
    // Before anybody waits for the dead letter: other writes go by these.
    const isTroubled = answer.fates?.includes(undefined) === true || answer.isGeneral
    if (!isTroubled) this.#failuresInARow = 0
    const ms = Math.max(answer.askedMs, isTroubled ? this.#nextPauseMs() : 0)
    // A peer that asks for a pause, or is gone, asks for no other events meanwhile.
    if (answer.askedMs > 0 || answer.isGeneral) this.#pauseAll(ms)
    const left = await this.#settled(lease, tries, answer)
    return left === undefined ? [] : this.#again(left, tries, ms)
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

  #nextPauseMs(): number {
    return pauseMs(++this.#failuresInARow, this.#backoff)
  }

  /** Nothing is written before this time is over. */
  #pauseAll(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, performance.now() + ms)
  }

  async #again(lease: Lease, tries: number, ms: number): Promise<readonly Retry[]> {
    const { max_retries } = this.#settings
    if (max_retries >= 0 && tries >= max_retries) {
      await this.#reject(lease, tries, `it was refused ${tries + 1} times`)
      return []
    }
    if (this.#isLastTry) {
      this.#leave()
      return []
    }
    const retry_in_ms = Math.round(ms)
    this.#log.warn({ events: lease.count, retry_in_ms }, 'Events are going to be sent again')
    return [{ lease, tries: tries + 1, dueMs: performance.now() + ms }]
  }

  async #reject(lease: Lease, tries: number, reason: string): Promise<void> {
    const rejected = Array.from({ length: lease.count }, (_, index) => ({ index, reason }))
    if (!(await this.#burial.bury(lease, tries, rejected))) return
    this.#counts.rejected += lease.count
    lease.settleAll('rejected')
  }
}

function isGone(thrown: unknown): thrown is AgentError {
  return thrown instanceof AgentError && thrown.code === 'OUTPUT_GONE'
}
