import type { Event, EventMeta, Receipt } from '../event.ts'
import type { MutableEvent } from '../processor.ts'
import { Acker } from './acker.ts'
import { BLOCK_BYTES, Block, type Pins } from './block.ts'
import { Blocks } from './blocks.ts'
import type { Chain, ChainOfNow } from './chain.ts'
import { type Moment, momentOf, stringify } from './encoding/encode.ts'
import type { Rest } from './encoding/event-object.ts'
import { type MetaOf, metadataOf } from './encoding/meta.ts'
import type { WayOf, WaysThrough } from './encoding/ways.ts'
import { countOf, type Encoded, type Queue } from './queue.ts'
import type { Counts, SourceCounts } from './stats.ts'
import type { Turns } from './turns.ts'

export type Publish = (events: Event | readonly Event[]) => Promise<Receipt>

/** The things that one beat's publishers work with. */
export interface Door {
  readonly chain: ChainOfNow
  readonly metaOf: MetaOf
  readonly signal: AbortSignal
  readonly queue: Queue
  readonly turns: Turns
  readonly pins: Pins
  /** The counts of the pipeline, and those of this source. */
  readonly counts: Counts
  readonly source: SourceCounts
  /** Is called with the reason for each event that can't be encoded. */
  readonly drop: (thrown: unknown) => void
}

/** Makes the `publish` of one beat: encodes the events, and waits until the queue has taken them. */
export function publisherOf(door: Door, through: WaysThrough): Publish {
  const { signal, queue } = door
  const clock = new Clock()
  let chain: Chain | undefined
  let wayOf = through(chain)

  const waysOfNow = (): WayOf => {
    const now = door.chain()
    if (now !== chain) wayOf = through(now)
    chain = now
    return wayOf
  }

  const add = (publishing: Publishing, event: Event, now: Moment, wayOf: WayOf): void => {
    try {
      const way = wayOf(event)
      if (way.chain !== undefined) {
        publishing.pass(way.objects.make(event, now), way.chain, way.objects, way.metaOf)
        return
      }
      const text = way.encode(event, now)
      publishing.add(text, way.metaOf(event, metadataOf(event['@metadata']), now.text))
    } catch (thrown) {
      publishing.fail(thrown)
    }
  }

  return events => {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (queue.refusal !== undefined) return Promise.reject(queue.refusal)
    const now = clock.now()
    const wayOf = waysOfNow()
    const publishing = new Publishing(door)
    if (Array.isArray(events)) {
      for (const event of events as readonly Event[]) add(publishing, event, now, wayOf)
    } else {
      add(publishing, events as Event, now, wayOf)
    }
    return publishing.finish()
  }
}

/**
 * The lines of one publish, and what became of its other events. Many lines become bytes block by block, while
 * they are still in the processor's cache and before the garbage collector has moved them.
 */
export class Publishing {
  readonly #door: Door
  readonly #blocks: Block[] = []
  #lines: string[] = []
  #meta: (EventMeta | undefined)[] | undefined
  /** Of the lines that are in no block yet, as if all were ASCII. */
  #size = 0
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
    this.#size += line.length + 1
    if (this.#size >= BLOCK_BYTES) this.#pack()
  }

  /** Adds the event as the processors leave it. It is a copy that nobody else has; `rest` knows what is not in it. */
  pass(event: MutableEvent, chain: Chain, rest?: Rest, metaOf = this.#door.metaOf): void {
    const passed = chain(event)
    if (passed === undefined) {
      this.#filtered++
      return
    }
    const { '@metadata': own } = passed
    // Left out of JSON, while an event without the key would be one that V8 writes slowly.
    if (own !== undefined) passed['@metadata'] = undefined
    const metadata = isFields(own) ? own : undefined
    const line: string | undefined = stringify(passed)
    if (line?.startsWith('{') !== true) throw new TypeError('a processor has made no object of it')
    const others = rest?.of(passed) ?? ''
    const whole = others === '' ? line : `${line.slice(0, -1)}${others}}`
    this.add(whole, metaOf(passed, metadata, undefined))
  }

  fail(thrown: unknown): void {
    this.#unencodable++
    this.#door.drop(thrown)
  }

  finish(): Promise<Receipt> {
    const encoded = this.#encoded()
    const [filtered, unencodable] = [this.#filtered, this.#unencodable]
    const dropped = filtered + unencodable === 0 ? undefined : { filtered, unencodable }
    const acker = new Acker(countOf(encoded), this.#door.source, dropped)
    if (encoded instanceof Blocks) encoded.own(acker)
    const entered = enter(this.#door, acker, encoded, filtered + unencodable)
    if (dropped === undefined) return entered
    // Nothing of a publish that is aborted before there is room has been published.
    return entered.then(receipt => {
      this.#countDropped()
      return receipt
    })
  }

  #encoded(): Encoded {
    const [lines, meta, size] = [this.#lines, this.#meta, this.#size]
    if (this.#blocks.length === 0) return { lines, meta, size }
    while (this.#lines.length > 0) this.#pack()
    return new Blocks(...this.#blocks)
  }

  #pack(): void {
    const block = new Block(this.#door.pins)
    const packed = block.fill(this.#lines, this.#meta, 0, this.#lines.length)
    this.#size -= block.size
    block.seal()
    this.#blocks.push(block)
    this.#lines = this.#lines.slice(packed)
    this.#meta = this.#meta?.slice(packed)
  }

  #countDropped(): void {
    const { counts, source } = this.#door
    counts.filtered += this.#filtered
    counts.unencodable += this.#unencodable
    source.published += this.#filtered + this.#unencodable
    source.unencodable += this.#unencodable
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/**
 * Resolves with the receipt when the queue has taken the events, and the event loop has had its turn. `dropped`:
 * other events of the publish, of which the queue has nothing.
 */
export function enter(
  door: Pick<Door, 'queue' | 'turns' | 'signal' | 'counts' | 'source'>,
  acker: Acker,
  encoded: Encoded,
  dropped = 0,
): Promise<Receipt> {
  const { queue, turns, signal } = door
  // Encoding or a processor may have taken the beat to its end.
  if (signal.aborted) {
    if (encoded instanceof Blocks) encoded.drop(0, encoded.count)
    return Promise.reject(signal.reason)
  }
  if (queue.offer(acker, encoded)) {
    const turn = turns.after(countOf(encoded) + dropped)
    return turn === undefined ? Promise.resolve(acker) : turn.then(() => acker)
  }
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
