// The way of an event from a beat's `publish` to the one output: at least once, in order.
//
//   client     encodes each event once, when it is published, and waits for room      (client.ts, encode.ts)
//   queue      bounded by events; an event keeps its place until it is settled        (queues/memory/)
//   delivery   one batch at a time; what the output refuses for now goes again first  (delivery.ts)
//   acker      counts the events of one publish down to its receipt                   (acker.ts)
//
// Counters: `published = unencodable + rejected + acked + queued + sending` at any time (stats.ts).

import type { Logger } from 'pino'
import { type BackoffSettings, DEFAULT_BACKOFF } from '../backoff.ts'
import type { MemoryQueueSettings } from '../config/config.ts'
import { type AgentError, messageOf } from '../errors.ts'
import type { Output } from '../output.ts'
import { settledBy } from '../settled.ts'
import { type Publish, publisherOf } from './client.ts'
import { Delivery } from './delivery.ts'
import { DropLog } from './drop-log.ts'
import { encoderOf } from './encode.ts'
import type { EventSource } from './enrichment.ts'
import { MemoryQueue } from './queues/memory/memory-queue.ts'
import { noCounts, noSourceCounts, type PipelineStats, type SourceCounts } from './stats.ts'

export interface PipelineOptions {
  readonly output: Output
  readonly queue: MemoryQueueSettings
  readonly log: Logger
  /** Left out: DEFAULT_BACKOFF. */
  readonly backoff?: BackoffSettings
}

export interface Pipeline {
  /**
   * Makes the `publish` of a beat, as `Context` promises it. It rejects with the signal's reason once
   * `signal` has aborted, and with an error that says so after `close` or `failed`. More events at once
   * than the whole queue holds are taken in pieces; after an abort in between no further piece is taken.
   *
   * @param counts counts the events of this source
   * @throws TypeError if JSON can't carry the source
   */
  publisher(source: EventSource, signal: AbortSignal, counts?: SourceCounts): Publish
  stats(): PipelineStats
  /** Milliseconds since the output was given the present batch, without an answer; 0 if it has none. */
  readonly writingForMs: number
  /**
   * Resolves with an `OUTPUT_GONE` error if the output can never take another event. Then nothing can be
   * published any more, the events in the queue are lost, and the agent has to end.
   */
  readonly failed: Promise<AgentError>
  /**
   * Takes no more events, sends those that it has (a waiting retry at once), and resolves when all are
   * confirmed or dropped on purpose, or when `deadline` aborts. `lost` counts the others. The output
   * stays open: whoever opened it closes it. A second call returns the result of the first.
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
    publisher: (source, signal, sourceCounts = noSourceCounts()) => {
      const drop = (thrown: unknown) =>
        unencodable.note(`beat ${source.event.module}: ${messageOf(thrown)}`)
      const encode = encoderOf(source)
      return publisherOf({ encode, signal, queue, counts, source: sourceCounts, drop })
    },
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
