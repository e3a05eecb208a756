// The bounded queue between the beats and the output, in memory.
//
//   put    `offer` takes a publish at once if there is room; else `wait` takes it in its turn. A publish is
//          taken as a whole, first come, first served; only one larger than the whole queue is taken in
//          pieces.
//   take   while the output has nothing, all that waits goes at once. Under load batches fill: one is due
//          with `min_events`, once its oldest event has waited for `timeout`, or while a publish waits
//          for room. No batch has more than the output's `bulk_max_size` events and `bulk_max_bytes`.
//   room   an event keeps its place until it is confirmed or dropped, so `events` bounds the events that
//          are being sent as well. The bytes are those that are pinned: of whole slabs, of which any
//          event is unsettled, also by publishes that wait. An empty queue takes any single publish.

import type { MemoryQueueSettings } from '../../../config/config.ts'
import { Lease, type Span } from '../../lease.ts'
import { Fifo } from './fifo.ts'
import { Waiting } from './waiting.ts'

/** A part of a publish in one slab, of which the events from `from` on are still in the queue. */
interface Segment {
  readonly span: Span
  from: number
  /** performance.now() when it was taken in. */
  readonly sinceMs: number
}

interface BatchLimits {
  readonly maxEvents: number
  readonly maxBytes: number
}

export class MemoryQueue {
  readonly #capacity: number
  readonly #maxBytes: number
  readonly #threshold: number
  readonly #timeoutMs: number
  readonly #pinnedBytes: () => number
  readonly #segments = new Fifo<Segment>()
  readonly #waiting = new Waiting(() => this.#admit())
  #queued = 0
  #held = 0
  #taken = 0
  #refusal: Error | undefined
  /** Of those that wait for a batch. */
  #wakers: (() => void)[] = []
  #isWaking = false
  #timer: NodeJS.Timeout | undefined

  constructor({ events, bytes, flush }: MemoryQueueSettings, pinnedBytes: () => number) {
    this.#capacity = events
    this.#maxBytes = bytes
    // A threshold above the capacity would never be reached. A timeout of 0 means at once.
    this.#threshold = flush.timeout === 0 ? 1 : Math.min(Math.max(flush.min_events, 1), events)
    this.#timeoutMs = flush.timeout
    this.#pinnedBytes = pinnedBytes
  }

  /** Events that are in the queue and not in a batch. */
  get queued(): number {
    return this.#queued
  }

  /** Events taken and neither confirmed nor dropped: `queued`, and those being sent. */
  get held(): number {
    return this.#held
  }

  /** Events taken since the start. */
  get taken(): number {
    return this.#taken
  }

  /** Publishes that wait for room. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** The reason why the queue takes no more events, once it does not. */
  get refusal(): Error | undefined {
    return this.#refusal
  }

  /** Takes all events if there is room now and no earlier publish waits. */
  offer(spans: readonly Span[], events: number): boolean {
    if (events === 0) return true
    if (this.#waiting.size > 0 || !this.#hasRoom(events)) return false
    for (const span of spans) this.#add(span)
    return true
  }

  /** Resolves when all events are taken. Rejects with the signal's reason or with `refusal`. */
  wait(spans: readonly Span[], signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ spans: [...spans], signal, resolve, reject, taken: 0 })
      this.#admit()
      this.#wakeIfDue()
    })
  }

  /** Resolves with the next batch as soon as one is due; with undefined once closed and empty. */
  async take(limits: BatchLimits): Promise<Lease | undefined> {
    while (!this.#isDue()) {
      await new Promise<void>(resolve => {
        this.#wakers.push(resolve)
        this.#wakeIfDue()
      })
    }
    return this.#queued === 0 ? undefined : this.#lease(limits)
  }

  /** Gives back the room of events that are confirmed or dropped. */
  release(events: number): void {
    this.#held -= events
    this.#admit()
    this.#wakeIfDue()
  }

  /** Takes no more events and refuses those that wait for room. The queued ones are due at once. */
  close(refusal: Error): void {
    if (this.#refusal !== undefined) return
    this.#refusal = refusal
    this.#waiting.rejectAll(refusal)
    clearTimeout(this.#timer)
    this.#wakeNow()
  }

  #hasRoom(events: number): boolean {
    if (this.#held === 0 && events <= this.#capacity) return true
    return this.#held + events <= this.#capacity && this.#pinnedBytes() <= this.#maxBytes
  }

  #admit(): void {
    for (let head = this.#waiting.first; head !== undefined; head = this.#waiting.first) {
      const left = eventsOf(head.spans)
      const isLarge = head.taken + left > this.#capacity
      const room = this.#roomFor(left, isLarge)
      if (room === 0) return
      for (const span of takeFrom(head.spans, room)) this.#add(span)
      head.taken += room
      if (room < left) return
      this.#waiting.shift()
      head.resolve()
    }
  }

  /** How many of these events can be taken now: all or none, unless they never fit at once. */
  #roomFor(events: number, isLarge: boolean): number {
    if (this.#hasRoom(events)) return events
    if (!isLarge) return 0
    if (this.#held > 0 && this.#pinnedBytes() > this.#maxBytes) return 0
    return Math.min(events, this.#capacity - this.#held)
  }

  #add(span: Span): void {
    const events = span.to - span.from
    this.#segments.push({ span, from: span.from, sinceMs: performance.now() })
    span.acker.take(events)
    this.#taken += events
    this.#queued += events
    this.#held += events
    this.#arm()
    this.#wakeIfDue()
  }

  #isDue(): boolean {
    if (this.#refusal !== undefined) return true
    if (this.#queued === 0) return false
    // Nothing is being sent: there is nothing to gain by waiting.
    const isIdle = this.#queued === this.#held
    return (
      isIdle || this.#queued >= this.#threshold || this.#waiting.size > 0 || this.#dueInMs() <= 0
    )
  }

  /** Everything that is published in this turn of the event loop goes together. */
  #wakeIfDue(): void {
    if (this.#wakers.length === 0 || this.#isWaking || !this.#isDue()) return
    this.#isWaking = true
    setImmediate(() => {
      this.#isWaking = false
      if (this.#isDue()) this.#wakeNow()
    })
  }

  #wakeNow(): void {
    const wakers = this.#wakers
    this.#wakers = []
    for (const wake of wakers) wake()
  }

  /** Milliseconds until the oldest event is due. */
  #dueInMs(): number {
    const oldest = this.#segments.first
    return oldest === undefined ? Infinity : oldest.sinceMs + this.#timeoutMs - performance.now()
  }

  /** Sets one timer, and again only after it has fired: not once for each event. */
  #arm(): void {
    if (this.#timer !== undefined || this.#queued === 0 || this.#refusal !== undefined) return
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#wakeIfDue()
        // Not due after all if the event that it was set for left earlier, or if the output is busy.
        if (this.#dueInMs() > 0) this.#arm()
      },
      Math.max(1, Math.ceil(this.#dueInMs())),
    )
  }

  #lease({ maxEvents, maxBytes }: BatchLimits): Lease {
    const spans: Span[] = []
    let events = 0
    let bytes = 0
    for (let head = this.#segments.first; head !== undefined; head = this.#segments.first) {
      const { span, from } = head
      const to = fitting(head, maxEvents - events, events === 0, maxBytes - bytes)
      if (to === from) break
      spans.push(from === span.from && to === span.to ? span : { ...span, from, to })
      events += to - from
      bytes += span.slab.startOf(to) - span.slab.startOf(from)
      head.from = to
      if (to < span.to) break
      this.#segments.shift()
    }
    this.#queued -= events
    this.#arm()
    return new Lease(spans)
  }
}

/** The end of the events that fit into a batch. A single event that is too large goes alone. */
function fitting(
  { span, from }: Segment,
  maxEvents: number,
  isFirst: boolean,
  maxBytes: number,
): number {
  const { slab } = span
  const start = slab.startOf(from)
  let to = Math.min(span.to, from + maxEvents)
  while (to > from && slab.startOf(to) - start > maxBytes) to--
  return to === from && isFirst && maxEvents > 0 ? from + 1 : to
}

function eventsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0)
}

/** Takes this number of events off the front. */
function takeFrom(spans: Span[], events: number): readonly Span[] {
  const taken: Span[] = []
  let left = events
  while (left > 0) {
    const span = spans.shift()
    if (!span) break
    const cut = Math.min(span.to, span.from + left)
    taken.push({ ...span, to: cut })
    if (cut < span.to) spans.unshift({ ...span, from: cut })
    left -= cut - span.from
  }
  return taken
}
