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

/** Takes batches out of the queue and brings each to the output until nothing of it is left. */
export class Delivery {
  readonly #output: Output
  readonly #queue: MemoryQueue
  readonly #log: Logger
  readonly #counts: Counts
  readonly #retries: RetryTimer
  readonly #dropLog: DropLog
  /** When the output was given the batch that it has now, as performance.now() has it. */
  #writingSince: number | undefined

  constructor({ output, queue, log, backoff, counts }: DeliveryOptions) {
    this.#output = output
    this.#queue = queue
    this.#log = log
    this.#counts = counts
    this.#retries = new RetryTimer(backoff)
    this.#dropLog = new DropLog(log, 'Events dropped: the output will never take them')
  }

  /**
   * Resolves with nothing once the queue is closed and empty, or after `stop`; with an error if the
   * output has said that it can never take another event. Rejects only for a defect of ours.
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

  /** Tries again now what waits for its next try: there may not be another. */
  retryNow(): void {
    this.#retries.retryNow()
  }

  /** Milliseconds that the output has had the present batch without an answer. */
  get writingForMs(): number {
    return this.#writingSince === undefined ? 0 : performance.now() - this.#writingSince
  }

  /** Gives up whatever has not been confirmed. */
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

  /** What is left to send, in order. */
  async #attempt(lease: Lease): Promise<Lease> {
    this.#writingSince = performance.now()
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
      this.#writingSince = undefined
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
