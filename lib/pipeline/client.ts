import type { Event, EventMeta, Receipt } from '../event.ts'
import type { MutableEvent } from '../processor.ts'
import { Acker } from './acker.ts'
import { Block } from './block.ts'
import { type Encode, type Moment, momentOf, stringify } from './encode.ts'
import { type MetaOf, metadataOf } from './meta.ts'
import type { Encoded, Queue } from './queue.ts'
import type { Counts, SourceCounts } from './stats.ts'

export type Publish = (events: Event | readonly Event[]) => Promise<Receipt>

/** The steps that events pass before the queue, in order. Undefined drops an event. */
export type Chain = (event: MutableEvent) => MutableEvent | undefined

/** The things that one beat's publishers work with. */
export interface Door {
  /** Undefined without processors: then no event becomes an object again. */
  readonly chain: Chain | undefined
  readonly metaOf: MetaOf
  readonly signal: AbortSignal
  readonly queue: Queue
  /** The counts of the pipeline, and those of this source. */
  readonly counts: Counts
  readonly source: SourceCounts
  /** Is called with the reason for each event that can't be encoded. */
  readonly drop: (thrown: unknown) => void
}

/** Makes the `publish` of one beat: encodes the events, and waits until the queue has taken them. */
export function publisherOf(door: Door, encode: Encode): Publish {
  const { signal, queue, chain, metaOf } = door
  const clock = new Clock()

  const add = (publishing: Publishing, event: Event, now: Moment): void => {
    try {
      const text = encode(event, now)
      const metadata = metadataOf(event['@metadata'])
      if (chain === undefined) publishing.add(text, metaOf(event, metadata, now.text))
      else publishing.pass(withMetadata(JSON.parse(text), metadata), chain)
    } catch (thrown) {
      publishing.fail(thrown)
    }
  }

  return events => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (queue.refusal !== undefined) return Promise.reject(queue.refusal)
    const now = clock.now()
    const publishing = new Publishing(door)
    if (Array.isArray(events)) {
      for (const event of events as readonly Event[]) add(publishing, event, now)
    } else {
      add(publishing, events as Event, now)
    }
    return publishing.finish()
  }
}

/** The lines of one publish, and what became of its other events. */
export class Publishing {
  readonly #door: Door
  readonly #lines: string[] = []
  #meta: (EventMeta | undefined)[] | undefined
  #filtered = 0
  #unencodable = 0

  constructor(door: Door) {
    this.#door = door
  }

  add(line: string, meta: EventMeta | undefined): void {
    if (meta !== undefined) {
      this.#meta ??= []
      this.#meta[this.#lines.length] = meta
    }
    this.#lines.push(line)
  }

  /** Adds the event as the processors leave it. It is a copy that nobody else has, with everything in it. */
  pass(event: MutableEvent, chain: Chain, metaOf = this.#door.metaOf): void {
    const passed = chain(event)
    if (passed === undefined) {
      this.#filtered++
      return
    }
    const { '@metadata': _, ...own } = passed
    const metadata = metadataOf(passed['@metadata'])
    const line: string | undefined = stringify(own)
    // A processor may have given it a toJSON.
    if (line?.startsWith('{') !== true) throw new TypeError('a processor has made no object of it')
    this.add(line, metaOf(own, metadata, undefined))
  }

  fail(thrown: unknown): void {
    this.#unencodable++
    this.#door.drop(thrown)
  }

  finish(): Promise<Receipt> {
    const lines = this.#lines
    const encoded = { lines, meta: this.#meta }
    const [filtered, unencodable] = [this.#filtered, this.#unencodable]
    const { source } = this.#door
    if (filtered + unencodable === 0) {
      return enter(this.#door, new Acker(lines.length, source), encoded)
    }
    const acker = new Acker(lines.length, source, { filtered, unencodable })
    // Nothing of a publish that is aborted before there is room has been published.
    return enter(this.#door, acker, encoded).then(receipt => {
      this.#countDropped()
      return receipt
    })
  }

  #countDropped(): void {
    const { counts, source } = this.#door
    counts.filtered += this.#filtered
    counts.unencodable += this.#unencodable
    source.published += this.#filtered + this.#unencodable
    source.unencodable += this.#unencodable
  }
}

/** Processors see `@metadata` as a field of the event. */
export function withMetadata(event: MutableEvent, metadata: Event['@metadata']): MutableEvent {
  return metadata === undefined ? event : { ...event, '@metadata': metadata }
}

/** Resolves with the receipt when the queue has taken the events. */
export function enter(
  door: Pick<Door, 'queue' | 'signal' | 'counts' | 'source'>,
  acker: Acker,
  encoded: Encoded,
): Promise<Receipt> {
  const { queue, signal } = door
  // Encoding or a processor may have taken the beat to its end.
  if (signal.aborted) {
    if (encoded instanceof Block) encoded.drop(0, encoded.count)
    return Promise.reject(signal.reason)
  }
  if (queue.offer(acker, encoded)) return Promise.resolve(acker)
  return waitForRoom(door, acker, encoded)
}

async function waitForRoom(
  { queue, signal, counts, source }: Parameters<typeof enter>[0],
  acker: Acker,
  encoded: Encoded,
): Promise<Receipt> {
  source.blocked.begin()
  try {
    await queue.wait(acker, encoded, signal)
    return acker
  } catch (refusal) {
    counts.refused_publishes++
    throw refusal
  } finally {
    source.blocked.end()
  }
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
