import type { Event, Receipt } from '../event.ts'
import { Acker } from './acker.ts'
import type { Encode } from './encode.ts'
import type { MemoryQueue } from './queues/memory/memory-queue.ts'
import type { Counts, SourceCounts } from './stats.ts'

export type Publish = (events: Event | readonly Event[]) => Promise<Receipt>

/** The things that one beat's `publish` works with. */
interface ClientOptions {
  readonly encode: Encode
  readonly signal: AbortSignal
  readonly queue: MemoryQueue
  /** The counts of the pipeline, and those of this source. */
  readonly counts: Counts
  readonly source: SourceCounts
  /** Is called with the reason for each event that can't be encoded. */
  readonly drop: (thrown: unknown) => void
}

/** Makes the `publish` of one beat: encodes the events, and waits until the queue has taken them. */
export function publisherOf(options: ClientOptions): Publish {
  const { signal, queue, source } = options
  return events => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (queue.refusal !== undefined) return Promise.reject(queue.refusal)
    const list = Array.isArray(events) ? (events as readonly Event[]) : [events as Event]
    const lines = encodeAll(list, options)
    const acker = new Acker(lines.length, source)
    if (queue.offer(lines, acker)) return Promise.resolve(acker)
    return queue.wait(lines, acker, signal).then(() => acker)
  }
}

function encodeAll(
  events: readonly Event[],
  { encode, counts, source, drop }: ClientOptions,
): readonly string[] {
  const now = new Date().toISOString()
  const lines: string[] = []
  for (const event of events) {
    try {
      lines.push(encode(event, now))
    } catch (thrown) {
      counts.unencodable++
      source.published++
      source.unencodable++
      drop(thrown)
    }
  }
  return lines
}
