import type { MemoryQueueSettings } from '../../../config/config.ts'
import type { Acker } from '../../acker.ts'
import type { Lease, Span } from '../../batch.ts'
import { Fifo } from './fifo.ts'
import { Waiting } from './waiting.ts'

/** Lines of one publish; those from `from` to `to` are still in the queue. */
interface Segment {
  readonly lines: readonly string[]
  readonly to: number
  readonly acker: Acker
  /** performance.now() when they were taken in. */
  readonly sinceMs: number
  from: number
}

/** The most events of a batch, however many have piled up: the usual `bulk_max_size` of Beats. */
const MAX_BATCH = 2048

/**
 * The bounded queue between the beats and the output.
 *
 *   put    `offer` takes a publish at once if there is room; else `wait` takes it in its turn. A publish is
 *          taken as a whole, first come, first served; only one larger than the whole queue is taken in
 *          pieces.
 *   take   a batch is due once `min_events` are queued, once the oldest event has waited for `timeout`, or
 *          as soon as a publish waits for room. It has everything that is queued, up to MAX_BATCH events
 *          (or `min_events`, if that is more).
 *   room   an event keeps its place until it is confirmed or dropped, so `events` bounds the events that
 *          are being sent as well.
 */
export class MemoryQueue {
  readonly #capacity: number
  readonly #threshold: number
  readonly #limit: number
  readonly #timeoutMs: number
  readonly #segments = new Fifo<Segment>()
  readonly #waiting = new Waiting(() => this.#admit())
  #queued = 0
  #held = 0
  #taken = 0
  #refusal: Error | undefined
  #wake: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  constructor({ events, flush }: MemoryQueueSettings) {
    this.#capacity = events
    // A threshold above the capacity would never be reached. A timeout of 0 means at once.
    this.#threshold = flush.timeout === 0 ? 1 : Math.min(Math.max(flush.min_events, 1), events)
    this.#limit = Math.max(this.#threshold, MAX_BATCH)
    this.#timeoutMs = flush.timeout
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

  /** Takes all lines if there is room now and no earlier publish waits. */
  offer(lines: readonly string[], acker: Acker): boolean {
    if (lines.length === 0) return true
    if (this.#waiting.size > 0 || lines.length > this.#capacity - this.#held) return false
    this.#add(lines, 0, lines.length, acker)
    return true
  }

  /** Resolves when all lines are taken. Rejects with the signal's reason or with `refusal`. */
  wait(lines: readonly string[], acker: Acker, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, acker, signal, resolve, reject, taken: 0 })
      this.#admit()
      this.#wakeIfReady()
    })
  }

  /** Resolves with the next batch as soon as one is due; with undefined once closed and empty. */
  async take(): Promise<Lease | undefined> {
    while (!this.#ready()) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    return this.#queued === 0 ? undefined : this.#lease()
  }

  /** Gives back the room of so many events, which are confirmed or dropped. */
  release(events: number): void {
    this.#held -= events
    this.#admit()
  }

  /** Takes no more events and refuses those that wait for room. The queued ones are due at once. */
  close(refusal: Error): void {
    if (this.#refusal !== undefined) return
    this.#refusal = refusal
    this.#waiting.rejectAll(refusal)
    clearTimeout(this.#timer)
    this.#wakeIfReady()
  }

  #admit(): void {
    for (let head = this.#waiting.first; head !== undefined; head = this.#waiting.first) {
      const room = this.#capacity - this.#held
      const left = head.lines.length - head.taken
      if (room === 0 || (left > room && head.lines.length <= this.#capacity)) return
      const end = head.taken + Math.min(room, left)
      this.#add(head.lines, head.taken, end, head.acker)
      head.taken = end
      if (end < head.lines.length) return
      this.#waiting.shift()
      head.resolve()
    }
  }

  #add(lines: readonly string[], from: number, to: number, acker: Acker): void {
    this.#segments.push({ lines, from, to, acker, sinceMs: performance.now() })
    acker.take(to - from)
    this.#taken += to - from
    this.#queued += to - from
    this.#held += to - from
    this.#arm()
    this.#wakeIfReady()
  }

  #ready(): boolean {
    if (this.#refusal !== undefined) return true
    // While a publish waits for room, holding events back would only hold up everybody.
    const due = this.#queued >= this.#threshold || this.#waiting.size > 0 || this.#dueInMs() <= 0
    return this.#queued > 0 && due
  }

  #wakeIfReady(): void {
    if (this.#wake === undefined || !this.#ready()) return
    this.#wake()
    this.#wake = undefined
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
        this.#wakeIfReady()
        // Not due after all if the event that it was set for left earlier, or if the output is busy.
        if (this.#dueInMs() > 0) this.#arm()
      },
      Math.max(1, Math.ceil(this.#dueInMs())),
    )
  }

  #lease(): Lease {
    const lines: string[] = []
    const spans: Span[] = []
    for (let head = this.#segments.first; head !== undefined; head = this.#segments.first) {
      const count = Math.min(this.#limit - lines.length, head.to - head.from)
      if (count === 0) break
      for (let i = 0; i < count; i++) lines.push(head.lines[head.from + i] as string)
      spans.push({ acker: head.acker, count })
      head.from += count
      if (head.from === head.to) this.#segments.shift()
    }
    this.#queued -= lines.length
    this.#arm()
    return { lines, spans }
  }
}
