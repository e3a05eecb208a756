import type { Logger } from 'pino'
import type { BackoffSettings } from '../backoff.ts'
import { AgentError } from '../errors.ts'
import type { Output, WriteResult } from '../output.ts'
import { ackWritten, type Lease } from './batch.ts'
import { DropLog } from './drop-log.ts'
import type { MemoryQueue } from './queues/memory/memory-queue.ts'
import { RetryTimer } from './retry-timer.ts'
import type { Counts } from './stats.ts'

interface DeliveryOptions {
  readonly output: Output
  readonly queue: MemoryQueue
  readonly log: Logger
  readonly backoff: BackoffSettings
  readonly counts: Counts
}

/** Takes batches out of the queue and writes each to the output until every event of it is settled. */
export class Delivery {
  readonly #output: Output
  readonly #queue: MemoryQueue
  readonly #log: Logger
  readonly #counts: Counts
  readonly #retries: RetryTimer
  readonly #dropLog: DropLog
  /** When the output was given the present batch: performance.now(). */
  #writingSinceMs: number | undefined

  constructor({ output, queue, log, backoff, counts }: DeliveryOptions) {
    this.#output = output
    this.#queue = queue
    this.#log = log
    this.#counts = counts
    this.#retries = new RetryTimer(backoff)
    this.#dropLog = new DropLog(log, 'Events dropped: the output will never take them')
  }

  /**
   * Resolves with undefined once the queue is closed and empty, or after `stop`; with an error if the
   * output can never take another event. Rejects only because of a bug in the framework.
   */
  async run(): Promise<AgentError | undefined> {
    try {
      for (let lease = await this.#queue.take(); lease; lease = await this.#queue.take()) {
        await this.#deliver(lease)
        if (this.#retries.stopped) return undefined
      }
    } catch (thrown) {
      if (isGone(thrown)) return thrown
      throw thrown
    } finally {
      this.#dropLog.close()
    }
    return undefined
  }

  /** Ends a pause before a retry at once: there may be no other chance. */
  retryNow(): void {
    this.#retries.retryNow()
  }

  /** Milliseconds since the output was given the present batch; 0 if it has none. */
  get writingForMs(): number {
    return this.#writingSinceMs === undefined ? 0 : performance.now() - this.#writingSinceMs
  }

  /** Gives up the events that are not confirmed. */
  stop(): void {
    this.#retries.stop()
    this.#dropLog.close()
  }

  async #deliver(lease: Lease): Promise<void> {
    let left = await this.#attempt(lease)
    while (left.lines.length > 0) {
      await this.#pause(left)
      if (this.#retries.stopped) return
      this.#counts.retried += left.lines.length
      left = await this.#attempt(left)
    }
    this.#retries.reset()
  }

  /** Returns the events that are left to send, in order. */
  async #attempt(lease: Lease): Promise<Lease> {
    this.#writingSinceMs = performance.now()
    try {
      const result = await this.#output.write({ lines: lease.lines })
      const left = ackWritten(lease, result)
      this.#count(lease.lines.length - left.lines.length, result)
      return left
    } catch (thrown) {
      if (isGone(thrown)) throw thrown
      this.#counts.failed_writes++
      this.#log.error({ err: thrown, events: lease.lines.length }, 'Output failed')
      return lease
    } finally {
      this.#writingSinceMs = undefined
    }
  }

  #count(done: number, { retry, reject }: WriteResult): void {
    const again = new Set(retry)
    const dropped = new Map(reject.map(({ index, reason }) => [index, reason]))
    for (const [index, reason] of dropped) {
      if (again.has(index)) dropped.delete(index)
      else this.#dropLog.note(reason)
    }
    this.#counts.rejected += dropped.size
    this.#counts.acked += done - dropped.size
    if (done > 0) this.#retries.reset()
    this.#queue.release(done)
  }

  async #pause({ lines }: Lease): Promise<void> {
    const pauseMs = this.#retries.nextPauseMs()
    const retry_in_ms = Math.round(pauseMs)
    this.#log.warn({ events: lines.length, retry_in_ms }, 'Events are going to be sent again')
    await this.#retries.wait(pauseMs)
  }
}

function isGone(thrown: unknown): thrown is AgentError {
  return thrown instanceof AgentError && thrown.code === 'OUTPUT_GONE'
}
