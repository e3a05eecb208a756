import type { Event, Receipt } from '../event.ts'
import type { MutableEvent } from '../processor.ts'
import { Acker } from './acker.ts'
import { type Encode, type Moment, momentOf } from './encode.ts'
import type { Encoded, Queue } from './queue.ts'
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
  readonly queue: Queue
  /** The counts of the pipeline, and those of this source. */
  readonly counts: Counts
  readonly source: SourceCounts
  /** Is called with the reason for each event that can't be encoded. */
  readonly drop: (thrown: unknown) => void
}

/** Makes the `publish` of one beat: encodes the events, and waits until the queue has taken them. */
export function publisherOf(options: ClientOptions): Publish {
  const { signal, queue, encode, chain, source, counts, drop } = options
  const clock = new Clock()

  /** Adds the line of an event; returns 1 if there is none, as it can't be encoded. */
  const add = (lines: string[], event: Event, now: Moment): number => {
    try {
      const text = encode(event, now)
      const line = chain === undefined ? text : processed(text, chain)
      if (line !== undefined) lines.push(line)
      return 0
    } catch (thrown) {
      drop(thrown)
      return 1
    }
  }

  return events => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (queue.refusal !== undefined) return Promise.reject(queue.refusal)
    const now = clock.now()
    const lines: string[] = []
    let unencodable = 0
    let published = 1
    if (Array.isArray(events)) {
      published = events.length
      for (const event of events as readonly Event[]) unencodable += add(lines, event, now)
    } else {
      unencodable = add(lines, events as Event, now)
    }
    const filtered = published - unencodable - lines.length
    if (filtered + unencodable === 0) return enter(options, new Acker(lines.length, source), lines)
    counts.filtered += filtered
    counts.unencodable += unencodable
    source.published += filtered + unencodable
    source.unencodable += unencodable
    const acker = new Acker(lines.length, source, { filtered, unencodable })
    return enter(options, acker, lines)
  }
}

/**
 * The public door for events that are encoded already, without an object for each.
 */
export function linePublisherOf(options: Door): (lines: readonly string[]) => Promise<Receipt> {
  const { signal, queue, source } = options
  return lines => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (queue.refusal !== undefined) return Promise.reject(queue.refusal)
    const wrong = lines.findIndex(line => line === '' || line.includes('\n'))
    if (wrong >= 0) return Promise.reject(new TypeError(`line ${wrong} is empty or has a line end`))
    return enter(options, new Acker(lines.length, source), lines)
  }
}

type Door = Omit<ClientOptions, 'encode' | 'chain' | 'drop'>

function enter({ queue, signal }: Door, acker: Acker, encoded: Encoded): Promise<Receipt> {
  if (queue.offer(acker, encoded)) return Promise.resolve(acker)
  return queue.wait(acker, encoded, signal).then(() => acker)
}

/** Processors get a copy that nobody else has, with everything that the agent adds. */
function processed(text: string, chain: Chain): string | undefined {
  const event = chain(JSON.parse(text))
  return event === undefined ? undefined : JSON.stringify(event)
}

/** The present moment, worked out once in a millisecond. */
class Clock {
  #ms = 0
  #moment = momentOf(0)

  now(): Moment {
    const ms = Date.now()
    if (ms !== this.#ms) {
      this.#ms = ms
      this.#moment = momentOf(ms)
    }
    return this.#moment
  }
}
