// The bounded queue between the beats and the output, in memory.
//
//   put    `offer` takes a publish at once if there is room; else `wait` takes it in its turn. A publish is
//          taken as a whole, first come, first served; only one larger than the whole queue is taken in
//          pieces.
//   pack   the lines of publishes go one behind the other into the last block, whoever's they are
//          (block.ts). A block becomes bytes when it is full, or when a batch needs its events.
//   take   while the output has nothing, all that waits goes at once. Under load batches fill: one is due
//          with `min_events`, once its oldest event has waited for `timeout`, or while a publish waits
//          for room. No batch has more than the output's `bulk_max_size` events and `bulk_max_bytes`.
//   room   an event keeps its place until it is confirmed or dropped, so `events` bounds the events that
//          are being sent as well. The bytes are those that are pinned: of whole blocks, of which any
//          event is unsettled. An empty queue takes any single publish.

import type { MemoryQueueSettings } from '../../../config/config.ts'
import type { Acker } from '../../acker.ts'
import { Block, type Pins, type Span } from '../../block.ts'
import { Blocks } from '../../blocks.ts'
import { Lease } from '../../lease.ts'
import {
  type BatchLimits,
  countOf,
  type Encoded,
  type Lines,
  type Queue,
  type QueueUsage,
  type Remains,
} from '../../queue.ts'
import { Tallies } from '../../tally.ts'
import { Fifo } from '../fifo.ts'
import { Takers } from '../takers.ts'
import { Waiting } from '../waiting.ts'

/** A part of a block: the events from `from` to `to` are in the queue. */
interface Segment {
  readonly block: Block
  from: number
  to: number
  /** performance.now() when the first of them was taken in. */
  readonly sinceMs: number
}

export class MemoryQueue implements Queue {
  readonly isDurable = false
  readonly #capacity: number
  readonly #maxBytes: number
  readonly #threshold: number
  readonly #timeoutMs: number
  readonly #pins: Pins
  readonly #segments = new Fifo<Segment>()
  readonly #waiting: Waiting
  readonly #release = (events: number) => {
    this.#held -= events
    this.#admit()
    this.#takers.wakeIfDue()
  }
  /** The segment that lines are added to. */
  #last: Segment | undefined
  /** Of its block. */
  #tallies = new Tallies()
  #queued = 0
  #held = 0
  #taken = 0
  #refusal: Error | undefined
  readonly #takers = new Takers(() => this.#isDue())
  #timer: NodeJS.Timeout | undefined

  constructor({ events, bytes, flush }: MemoryQueueSettings, pins: Pins) {
    this.#capacity = events
    this.#maxBytes = bytes
    // A threshold above the capacity would never be reached.
    this.#threshold = Math.min(flush.min_events, events)
    this.#timeoutMs = flush.timeout
    this.#pins = pins
    this.#waiting = new Waiting(() => this.#admit())
  }

  get refusal(): Error | undefined {
    return this.#refusal
  }

  usage(): QueueUsage {
    return {
      taken: this.#taken,
      queued: this.#queued,
      held: this.#held,
      waiting: this.#waiting.size,
      pinnedBytes: this.#pins.bytes + this.#waiting.lineBytes,
      restored: 0,
      damaged: 0,
      storedAgain: 0,
      storedBytes: 0,
    }
  }

  offer(acker: Acker, encoded: Encoded): boolean {
    const events = countOf(encoded)
    if (events === 0) return true
    if (this.#waiting.size > 0 || !this.#hasRoom(events)) return false
    this.#put(acker, encoded, 0, events)
    return true
  }

  wait(acker: Acker, encoded: Encoded, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ acker, encoded, signal, resolve, reject })
      this.#admit()
      this.#takers.wakeIfDue()
    })
  }

  async take(limits: BatchLimits): Promise<Lease | undefined> {
    while (!this.#isDue()) {
      await this.#takers.wait()
    }
    return this.#queued === 0 ? undefined : this.#lease(limits)
  }

  close(refusal: Error): void {
    if (this.#refusal !== undefined) return
    this.#refusal = refusal
    this.#waiting.rejectAll(refusal)
    clearTimeout(this.#timer)
    this.#takers.wakeNow()
  }

  async finish(): Promise<Remains> {
    return { lost: this.#held, kept: 0 }
  }

  /** What publishes pin that wait for room does not count: it would only keep them waiting. */
  get #heldBytes(): number {
    return this.#pins.bytes - this.#waiting.blockBytes
  }

  #hasRoom(events: number): boolean {
    if (this.#held === 0 && events <= this.#capacity) return true
    return this.#held + events <= this.#capacity && this.#heldBytes <= this.#maxBytes
  }

  #admit(): void {
    for (let head = this.#waiting.first; head !== undefined; head = this.#waiting.first) {
      const events = countOf(head.encoded)
      const left = events - head.taken
      const room = this.#roomFor(left, events > this.#capacity)
      if (room === 0) return
      const from = head.taken
      this.#waiting.take(head, room)
      this.#put(head.acker, head.encoded, from, from + room)
      if (room < left) return
      this.#waiting.shift()
      head.resolve()
    }
  }

  /** How many of these events can be taken now: all or none, unless they never fit at once. */
  #roomFor(events: number, isLarge: boolean): number {
    if (this.#hasRoom(events)) return events
    if (!isLarge) return 0
    if (this.#held > 0 && this.#heldBytes > this.#maxBytes) return 0
    return Math.min(events, this.#capacity - this.#held)
  }

  #put(acker: Acker, encoded: Encoded, from: number, to: number): void {
    if (encoded instanceof Blocks) {
      for (const span of encoded.spans(from, to)) this.#append(span.block, span.from, span.to)
    } else {
      this.#pack(acker, encoded, from, to)
    }
    const events = to - from
    acker.take(events)
    this.#taken += events
    this.#queued += events
    this.#held += events
    this.#arm()
    this.#takers.wakeIfDue()
  }

  #pack(acker: Acker, { lines, meta }: Lines, from: number, to: number): void {
    let last = this.#last ?? this.#begin()
    for (let at = from; at < to; ) {
      const filled = last.block.fill(lines, meta, at, to)
      if (filled === at) {
        // It is full.
        last = this.#begin()
      } else {
        this.#own(acker, last, filled - at)
        at = filled
      }
    }
  }

  /** So many of the publish have been added to the last segment. */
  #own(acker: Acker, segment: Segment, events: number): void {
    const tally = this.#tallies.of(acker.source)
    const first = tally.add(events)
    segment.to += events
    segment.block.own(tally, segment.to, first)
    acker.ask(tally, first, first + events)
  }

  /** Begins a block for the lines to come. */
  #begin(): Segment {
    this.#tallies = new Tallies()
    const segment = this.#append(new Block(this.#pins), 0, 0)
    this.#last = segment
    return segment
  }

  #append(block: Block, from: number, to: number): Segment {
    this.#last?.block.seal()
    this.#last = undefined
    const segment = { block, from, to, sinceMs: performance.now() }
    this.#segments.push(segment)
    return segment
  }

  #isDue(): boolean {
    if (this.#refusal !== undefined) return true
    if (this.#queued === 0) return false
    // Nothing is being sent: there is nothing to gain by waiting.
    const isIdle = this.#queued === this.#held
    if (isIdle || this.#queued >= this.#threshold || this.#waiting.size > 0) return true
    return this.#dueMs() <= performance.now()
  }

  /** performance.now() when the oldest event is due. */
  #dueMs(): number {
    const oldest = this.#segments.first
    return oldest === undefined ? Infinity : oldest.sinceMs + this.#timeoutMs
  }

  /** Sets one timer, and again only after it has fired: not once for each event. */
  #arm(): void {
    if (this.#timer !== undefined || this.#queued === 0 || this.#refusal !== undefined) return
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#takers.wakeIfDue()
        // Not due after all if the event that it was set for left earlier, or if the output is busy.
        if (this.#dueMs() > performance.now()) this.#arm()
      },
      Math.max(1, Math.ceil(this.#dueMs() - performance.now())),
    )
  }

  #lease({ maxEvents, maxBytes }: BatchLimits): Lease {
    const spans: Span[] = []
    let events = 0
    let bytes = 0
    for (let head = this.#segments.first; head !== undefined; head = this.#segments.first) {
      if (events === maxEvents) break
      const { block, from } = head
      if (head === this.#last) {
        block.seal()
        this.#last = undefined
      }
      const to = fitting(head, maxEvents - events, events === 0, maxBytes - bytes)
      if (to === from) break
      spans.push({ block, from, to })
      events += to - from
      bytes += block.startOf(to) - block.startOf(from)
      head.from = to
      if (to < head.to) break
      this.#segments.shift()
    }
    this.#queued -= events
    this.#arm()
    return new Lease(spans, this.#release)
  }
}

/** The end of the events that fit into a batch. A single event that is too large goes alone. */
function fitting(
  { block, from, to: end }: Segment,
  maxEvents: number,
  isFirst: boolean,
  maxBytes: number,
): number {
  const start = block.startOf(from)
  let to = Math.min(end, from + maxEvents)
  while (to > from && block.startOf(to) - start > maxBytes) to--
  return to === from && isFirst ? from + 1 : to
}
