import type { Logger } from 'pino'
import { type BackoffSettings, DEFAULT_BACKOFF } from '../backoff.ts'
import type { Event, Receipt } from '../beat.ts'
import type { MemoryQueueSettings } from '../config/config.ts'
import { type AgentError, messageOf } from '../errors.ts'
import type { Output } from '../output.ts'
import { settledBy } from '../settled.ts'
import { Acker } from './acker.ts'
import { Delivery } from './delivery.ts'
import { DropLog } from './drop-log.ts'
import { type Encode, encoderOf } from './encode.ts'
import type { EventSource } from './enrichment.ts'
import { MemoryQueue } from './queues/memory/memory-queue.ts'
import { type Counts, noCounts, type PipelineStats } from './stats.ts'

export interface PipelineOptions {
  readonly output: Output
  readonly queue: MemoryQueueSettings
  readonly log: Logger
  /** DEFAULT_BACKOFF where it is left out. */
  readonly backoff?: BackoffSettings
}

export type Publish = (events: Event | readonly Event[]) => Promise<Receipt>

/**
 * From the beats' `publish` to the one output: at least once, in order. Each event is encoded once,
 * when it is published; batches go to the output one at a time, and what it refuses for now goes
 * again, before anything newer.
 */
export interface Pipeline {
  /**
   * A beat's `publish`, as `Context` promises it. Once `signal` has aborted it rejects with the
   * signal's reason, after `close` or `failed` with an error that says so. More events at once than
   * the whole queue holds are taken in pieces; an abort in between takes nothing more. Throws if
   * JSON can't carry the source.
   */
  publisher(source: EventSource, signal: AbortSignal): Publish
  stats(): PipelineStats
  /** Milliseconds that the output has had the present batch without an answer; 0 where it has none. */
  readonly writingForMs: number
  /**
   * Resolves, if ever, with an `OUTPUT_GONE` error: the output can't take another event, nothing is
   * published any more, and what is in the queue is lost. The agent is then to end.
   */
  readonly failed: Promise<AgentError>
  /**
   * Takes nothing more, sends what there is (a waiting retry at once), and resolves when all is
   * confirmed or dropped on purpose, or `deadline` aborts. `lost` counts what then was neither. The
   * output stays open: it is its opener's to close. A second call gives the first one's answer.
   */
  close(deadline: AbortSignal): Promise<{ readonly lost: number }>
}

export function startPipeline(options: PipelineOptions): Pipeline {
  const { output, log, backoff = DEFAULT_BACKOFF } = options
  const queue = new MemoryQueue(options.queue)
  const counts = noCounts()
  const delivery = new Delivery({ output, queue, log, backoff, counts })
  const unencodable = new DropLog(log, 'Events dropped: they can not be encoded')

  const done = delivery.run()
  const failed = new Promise<AgentError>(resolve => {
    void done.then(error => {
      if (error === undefined) return
      queue.close(error)
      resolve(error)
    })
  })

  async function drain(deadline: AbortSignal): Promise<{ readonly lost: number }> {
    queue.close(new Error('the pipeline is closed'))
    delivery.retryNow()
    await settledBy(done, deadline)
    delivery.stop()
    unencodable.close()
    return { lost: queue.held }
  }
  let closing: ReturnType<typeof drain> | undefined

  return {
    failed,
    publisher: (source, signal) =>
      publisherOf(encoderOf(source), signal, queue, counts, thrown =>
        unencodable.note(`beat ${source.event.module}: ${messageOf(thrown)}`),
      ),
    stats: () => ({
      ...counts,
      published: counts.unencodable + queue.taken,
      queued: queue.queued,
      sending: queue.held - queue.queued,
      waiting: queue.waiting,
    }),
    get writingForMs() {
      return delivery.writingForMs
    },
    close(deadline) {
      closing ??= drain(deadline)
      return closing
    },
  }
}

function publisherOf(
  encode: Encode,
  signal: AbortSignal,
  queue: MemoryQueue,
  counts: Counts,
  drop: (thrown: unknown) => void,
): Publish {
  const encodeAll = (events: readonly Event[]): readonly string[] => {
    const now = new Date().toISOString()
    const lines: string[] = []
    for (const event of events) {
      try {
        lines.push(encode(event, now))
      } catch (thrown) {
        counts.unencodable++
        drop(thrown)
      }
    }
    return lines
  }
  return events => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (queue.refusal !== undefined) return Promise.reject(queue.refusal)
    const list = Array.isArray(events) ? (events as readonly Event[]) : [events as Event]
    const lines = encodeAll(list)
    const acker = new Acker(lines.length)
    if (queue.offer(lines, acker)) return Promise.resolve(acker)
    return queue.wait(lines, acker, signal).then(() => acker)
  }
}
