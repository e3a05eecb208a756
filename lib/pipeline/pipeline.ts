// The way of an event from a beat's `publish` to the one output: at least once.
//
//   client     encodes each event once, when it is published, and waits for room   (client.ts, encoding/)
//   queue      bounded by events and by pinned bytes, or by bytes on the disk; an event keeps its place
//              until it is settled                    (queue.ts, queues/memory/, queues/disk/)
//   block      the encoded events of several publishes, or a part of a large one   (block.ts, blocks.ts)
//   lease      a batch of the queue over those bytes; a retry is a lease of what is left       (lease.ts)
//   delivery   batches in order or several in flight, retries, deadlines                     (delivery/)
//   dead letter   what the output refuses for good, on disk until somebody looks       (dead-letter/)
//   acker      counts the events of one publish down to its receipt                          (acker.ts)
//
// Counters: `published + restored = unencodable + filtered + rejected + acked + damaged + queued + sending` at
// any time.

import type { Logger } from 'pino'
import type { MemoryQueueSettings } from '../config/config.ts'
import { type AgentError, messageOf } from '../errors.ts'
import type { LinePublisher } from '../event.ts'
import type { DeliverySettings, Output, Route } from '../output.ts'
import { settledBy } from '../settled.ts'
import { Acker } from './acker.ts'
import { noPins, type Pins } from './block.ts'
import type { ChainOfNow } from './chain.ts'
import { type Door, enter, type Publish, publisherOf } from './client.ts'
import { Replayer } from './dead-letter/replay.ts'
import { type DeadLetterSettings, DeadLetterStore } from './dead-letter/store.ts'
import { Delivery } from './delivery/delivery.ts'
import { DropLog } from './drop-log.ts'
import { constantsOf, type EventSource } from './encoding/enrichment.ts'
import { metaOf } from './encoding/meta.ts'
import { waysOf } from './encoding/ways.ts'
import { linePublisherOf } from './lines.ts'
import { encodedOf, type Queue, type Remains } from './queue.ts'
import { MemoryQueue } from './queues/memory/memory-queue.ts'
import { noCounts, noSourceCounts, type PipelineStats, type SourceCounts } from './stats.ts'
import { Turns } from './turns.ts'

export interface PipelineOptions {
  readonly output: Output
  /** The settings of a queue in memory, or another queue, by the bytes that events pin. */
  readonly queue: MemoryQueueSettings | ((pins: Pins) => Queue)
  readonly delivery: DeliverySettings
  readonly log: Logger
  readonly route?: Route | undefined
  /** Where events go that the output refuses for good; undefined: nowhere. */
  readonly deadLetter?: DeadLetterSettings | undefined
}

/** Whose events they are, when they are refused, how they are counted, and what they pass before the queue. */
type PublisherOptions = [
  source: EventSource,
  signal: AbortSignal,
  counts?: SourceCounts,
  chain?: ChainOfNow,
]

export interface Pipeline {
  /**
   * Makes the `publish` of a beat, as `Context` promises it. It rejects with the signal's reason once
   * `signal` has aborted, and with an error that says so after `close` or `failed`. More events at once
   * than the whole queue holds are taken in pieces; after an abort in between no further piece is taken.
   *
   * @param counts counts the events of this source
   * @throws TypeError if JSON can't carry the source
   */
  publisher(...from: PublisherOptions): Publish
  /** The same for events that are encoded already. */
  linePublisher(...from: PublisherOptions): LinePublisher
  /** Begins to deliver. Events can be published before; they wait in the queue. */
  start(): void
  stats(): PipelineStats
  /** What a durable queue takes on the disk now. */
  readonly storedBytes: number
  /** Milliseconds since the output was given the oldest batch that it has, without an answer; 0 if it has none. */
  readonly writingForMs: number
  /**
   * Resolves with an `OUTPUT_GONE` error if the output can never take another event. Then nothing can be
   * published any more, the events in the queue are lost, and the agent has to end.
   */
  readonly failed: Promise<AgentError>
  /**
   * Takes no more events, sends those that it has (a waiting retry at once), and resolves when all are
   * confirmed or dropped on purpose, or when `deadline` aborts. `lost` counts the others. A durable queue
   * keeps them: then those in memory are sent for as long as the output takes them at once, and `kept`
   * counts the others. A write that ignores its signal is left behind, and its late answer ignored. The
   * output stays open: whoever opened it closes it. A second call returns the result of the first.
   */
  close(deadline: AbortSignal): Promise<Remains>
}

/** About a millisecond's work: fewer cost more than they gain, more leave the processor's caches (`make bench`). */
const EVENTS_PER_TURN = 800

/** What the queue on the disk is given in one turn is written together, which has a price of its own. */
const EVENTS_PER_FRAME = 3_200

export function openPipeline({
  output,
  queue: settings,
  delivery: how,
  log,
  route,
  deadLetter: kept,
}: PipelineOptions): Pipeline {
  const pins = noPins()
  const queue = typeof settings === 'function' ? settings(pins) : new MemoryQueue(settings, pins)
  const turns = new Turns(queue.isDurable ? EVENTS_PER_FRAME : EVENTS_PER_TURN)
  const counts = noCounts()
  const lostLog = new DropLog(log, 'The dead letter is full: its oldest events are lost')
  const deadLetter =
    kept &&
    new DeadLetterStore(kept, events => {
      counts.dead_letter_lost += events
      lostLog.note(`${events} events gave way to newer ones; see dead_letter.max_bytes`)
    })
  const delivery = new Delivery({ output, queue, log, settings: how, counts, deadLetter })
  const replayed = new AbortController()
  const replayer =
    deadLetter &&
    new Replayer({
      folder: kept.folder,
      log,
      alone: act => deadLetter.alone(act),
      publish: (lines, meta) => {
        const source = noSourceCounts()
        const door = { queue, turns, signal: replayed.signal, counts, source }
        return enter(door, new Acker(lines.length, source), encodedOf(lines, meta))
      },
    })
  const unencodable = new DropLog(log, 'Events dropped: they can not be encoded')

  let done: Promise<void> | undefined
  let fail: (error: AgentError) => void = () => undefined
  const failed = new Promise<AgentError>(resolve => {
    fail = resolve
  })

  async function run(): Promise<void> {
    const error = await delivery.run()
    if (error === undefined) return
    queue.close(error)
    fail(error)
  }

  async function drain(deadline: AbortSignal): Promise<Remains> {
    replayer?.stop()
    replayed.abort()
    queue.close(new Error('the pipeline is closed'))
    if (queue.isDurable) delivery.endAtFailure()
    else delivery.retryNow()
    if (done) await settledBy(done, deadline)
    delivery.stop()
    unencodable.close()
    lostLog.close()
    return queue.finish(deadline)
  }
  let closing: ReturnType<typeof drain> | undefined

  function doorOf(
    ...[source, signal, sourceCounts, chain = () => undefined]: PublisherOptions
  ): Door {
    const drop = (thrown: unknown) =>
      unencodable.note(`beat ${source.event.module}: ${messageOf(thrown)}`)
    return {
      chain,
      metaOf: metaOf(constantsOf(source), route),
      signal,
      queue,
      turns,
      pins,
      counts,
      source: sourceCounts ?? noSourceCounts(),
      drop,
    }
  }

  return {
    failed,
    publisher: (...from) => publisherOf(doorOf(...from), waysOf(constantsOf(from[0]), route)),
    linePublisher: (...from) => linePublisherOf(doorOf(...from), constantsOf(from[0]), pins),
    start() {
      if (done) return
      done = run()
      replayer?.start()
    },
    stats() {
      const { taken, queued, held, waiting, restored, damaged, storedAgain } = queue.usage()
      const published = counts.unencodable + counts.filtered + taken
      const sending = held - queued
      const stored_again = storedAgain
      return { ...counts, published, restored, damaged, stored_again, queued, sending, waiting }
    },
    get storedBytes() {
      return queue.usage().storedBytes
    },
    get writingForMs() {
      return delivery.writingForMs
    },
    close(deadline) {
      closing ??= drain(deadline)
      return closing
    },
  }
}
