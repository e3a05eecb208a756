import type { Event, Receipt } from '../event.ts'
import type { MutableEvent } from '../processor.ts'
import { Acker } from './acker.ts'
import type { Encode } from './encode.ts'
import type { Span } from './lease.ts'
import type { MemoryQueue } from './queues/memory/memory-queue.ts'
import type { Slab, Slabs } from './slab.ts'
import type { Counts, SourceCounts } from './stats.ts'

export type Publish = (events: Event | readonly Event[]) => Promise<Receipt>

/** The steps that events pass before the queue, in order. Undefined drops an event. */
export type Chain = (event: MutableEvent) => MutableEvent | undefined

/** The things that one beat's `publish` works with. */
interface ClientOptions {
  readonly encode: Encode
  /** Undefined without processors: then no event becomes an object again. */
  readonly chain: Chain | undefined
  readonly signal: AbortSignal
  readonly queue: MemoryQueue
  readonly slabs: Slabs
  /** The counts of the pipeline, and those of this source. */
  readonly counts: Counts
  readonly source: SourceCounts
  /** Is called with the reason for each event that can't be encoded. */
  readonly drop: (thrown: unknown) => void
}

/** Makes the `publish` of one beat: encodes the events, and waits until the queue has taken them. */
export function publisherOf(options: ClientOptions): Publish {
  const { signal, queue, encode, chain, drop } = options
  const clock = new Clock()
  return events => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (queue.refusal !== undefined) return Promise.reject(queue.refusal)
    const publishing = new Publishing(options)
    const now = clock.now()
    const addOne = (event: Event) => {
      try {
        const text = encode(event, now)
        const line = chain === undefined ? text : processed(text, chain)
        if (line === undefined) publishing.filtered++
        else publishing.add(line)
      } catch (thrown) {
        publishing.unencodable++
        drop(thrown)
      }
    }
    if (Array.isArray(events)) for (const event of events as readonly Event[]) addOne(event)
    else addOne(events as Event)
    return publishing.finish()
  }
}

/**
 * The public door for lines that are encoded already: each one JSON object with everything that the agent
 * adds, without a line end. No processor sees them.
 */
export function linePublisherOf(options: Door): (lines: readonly string[]) => Promise<Receipt> {
  const { signal, queue } = options
  return lines => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (queue.refusal !== undefined) return Promise.reject(queue.refusal)
    const wrong = lines.findIndex(line => line === '' || line.includes('\n'))
    if (wrong >= 0) return Promise.reject(new TypeError(`line ${wrong} is empty or has a line end`))
    const publishing = new Publishing(options)
    for (const line of lines) publishing.add(line)
    return publishing.finish()
  }
}

type Door = Omit<ClientOptions, 'encode' | 'chain' | 'drop'>

/** Writes lines to slabs, event by event, and gives them to the queue as one publish. */
class Publishing {
  readonly #door: Door
  readonly #parts: { readonly slab: Slab; readonly from: number; to: number }[] = []
  #events = 0
  filtered = 0
  unencodable = 0

  constructor(door: Door) {
    this.#door = door
  }

  add(line: string): void {
    const slab = this.#door.slabs.slabFor(line)
    const last = this.#parts[this.#parts.length - 1]
    const at = slab.ends.length
    slab.write(line)
    this.#events++
    if (last?.slab === slab) last.to = at + 1
    else this.#parts.push({ slab, from: at, to: at + 1 })
  }

  finish(): Promise<Receipt> {
    const { signal, queue, counts, source } = this.#door
    const { filtered, unencodable } = this
    if (filtered + unencodable > 0) {
      counts.filtered += filtered
      counts.unencodable += unencodable
      source.published += filtered + unencodable
      source.unencodable += unencodable
    }
    const acker = new Acker(this.#events, filtered, unencodable, source)
    const spans = this.#parts.map(({ slab, from, to }): Span => ({ acker, slab, from, to }))
    if (queue.offer(spans, this.#events)) return Promise.resolve(acker)
    return queue.wait(spans, signal).then(() => acker)
  }
}

/** Processors get a copy that nobody else has, with everything that the agent adds. */
function processed(text: string, chain: Chain): string | undefined {
  const event = chain(JSON.parse(text))
  return event === undefined ? undefined : JSON.stringify(event)
}

/** The time as ISO 8601, written once in a millisecond. */
class Clock {
  #ms = 0
  #text = ''

  now(): string {
    const ms = Date.now()
    if (ms !== this.#ms) {
      this.#ms = ms
      this.#text = new Date(ms).toISOString()
    }
    return this.#text
  }
}
