// The durable queue between the beats and the output, on the disk: docs/disk-queue.md.
//
//   put    `offer` takes a publish at once if there is room; else `wait` takes it in its turn. What is published
//          while a frame is being written goes into the next one     (frame-writer.ts, segment-writer.ts)
//   store  a frame on the disk is stored: only then its events can be taken
//   take   from memory while the output keeps up (pace.ts), else read ahead             (read-ahead.ts)
//   settle the position follows the oldest batch that is not settled; segments before it go  (progress.ts)
//   again  what holds the position up for too long is stored again, in files of its own              (stuck/)
//   room   `max_size` bounds the segments. Nothing is ever dropped to make room
//
// Before the filter the folder is opened and mended (recover.ts); segments come and go after it, too.

import type { Logger } from 'pino'
import { settledBy } from '../../../settled.ts'
import type { Acker } from '../../acker.ts'
import type { Pins } from '../../block.ts'
import { Lease, type Release } from '../../lease.ts'
import {
  type BatchLimits,
  countOf,
  type Encoded,
  type Queue,
  type QueueUsage,
  type Remains,
} from '../../queue.ts'
import { Takers } from '../takers.ts'
import { Waiting } from '../waiting.ts'
import { FrameWriter } from './frame-writer.ts'
import { endOfAdmissible, type Limits } from './measure.ts'
import { Pace } from './pace.ts'
import { Progress, type Settings } from './progress.ts'
import { ReadAhead } from './read-ahead.ts'
import { type Recovered, recover } from './recover.ts'
import { SegmentWriter } from './segment-writer.ts'
import type { Segments } from './segments.ts'
import { StoredAgain } from './stuck/stored-again.ts'
import { StuckFiles } from './stuck/stuck-files.ts'
import { Taken } from './stuck/taken.ts'

/** While a batch is on its way, another one is due with so many events, or after so much time. */
const DUE_EVENTS = 1_600
const DUE_MS = 1_000

/** The time for the last writes, if there is none left. */
const GRACE_MS = 300

/** A larger publish is taken in pieces; so is one of more than a quarter of the queue. */
const MAX_PUBLISH_BYTES = 64 * 1024 * 1024

export class DiskQueue implements Queue {
  readonly isDurable = true
  readonly #pins: Pins
  readonly #segments: Segments
  readonly #writer: FrameWriter
  readonly #ahead: ReadAhead
  readonly #progress: Progress
  readonly #pace: Pace
  readonly #waiting = new Waiting(() => this.#admit())
  readonly #restored: number
  /** Receipts whose events somebody waits for. */
  readonly #awaited = new Set<Acker>()
  readonly #maxPublish: number
  #taken = 0
  #held: number
  #sending = 0
  #damaged = 0
  #refusal: Error | undefined
  readonly #takers = new Takers(() => this.#isDue())
  readonly #stuck: StuckFiles
  readonly #again: StoredAgain
  #timer: NodeJS.Timeout | undefined

  /**
   * Opens the folder, mends what is damaged in it, and says so.
   *
   * @throws AgentError `OPEN_FAILED` if a newer version has written it; the system's error
   */
  static async open(settings: Settings, log: Logger): Promise<(pins: Pins) => DiskQueue> {
    const found = await recover(settings)
    for (const { message, fields } of found.findings) log.warn(fields, message)
    const fields = { events: found.events, path: settings.path }
    if (found.events > 0) log.info(fields, 'Disk queue: events of before are there')
    return pins => new DiskQueue(settings, found, pins, log)
  }

  private constructor(settings: Settings, found: Recovered, pins: Pins, log: Logger) {
    const { segments, position: file, first, next, handle } = found
    this.#pins = pins
    this.#segments = segments
    this.#restored = found.events
    this.#held = this.#restored
    this.#maxPublish = Math.min(MAX_PUBLISH_BYTES, settings.max_size / 4)
    const onChange = (gone: number) => this.#notice(gone)
    const { number: segment = 0, begin: offset = 0 } = segments.oldest ?? {}
    const start = next > first ? { segment, offset } : undefined
    const onRoom = () => {
      this.#writer.retryNow()
      this.#admit()
      this.#wakeIfDue()
    }
    const stuck = new StuckFiles({ settings, pins, log, onRoom }, found.stuck)
    this.#stuck = stuck
    const reading = { folder: settings.path, segments, stuck, pins, log, first, onChange }
    this.#ahead = new ReadAhead(reading, start)
    const onKept = () => this.#wakeIfDue()
    const copies = () => stuck.events
    this.#progress = new Progress({ settings, file, segments, log, first, copies, onRoom, onKept })
    this.#writer = new FrameWriter({
      settings,
      segments,
      writer: new SegmentWriter(settings, segments, handle),
      pins,
      log,
      next,
      otherBytes: () => stuck.bytes,
      isEmpty: () => this.#isEmpty,
      onStored: (frame, place) => {
        this.#ahead.add(frame, place)
        this.#progress.noteWritten(frame.size)
        this.#wakeIfDue()
      },
      onRoom: () => this.#admit(),
      onStalled: () => this.#again.storeIfStuck(),
    })
    const stock = () => {
      const { bytes, isBehind, sinceMs } = this.#ahead
      return { bytes: bytes + this.#writer.bytes, isBehind, sinceMs }
    }
    this.#pace = new Pace(stock, () => this.#admit())
    this.#again = new StoredAgain({
      segments,
      files: stuck,
      progress: this.#progress,
      ahead: this.#ahead,
      log,
      sending: () => this.#sending,
      isShort: () => this.#writer.isShortOf(this.#waiting.first?.encoded.size ?? 0),
      onStored: onRoom,
    })
    this.#ahead.fill()
  }

  get refusal(): Error | undefined {
    return this.#refusal
  }

  usage(): QueueUsage {
    return {
      taken: this.#taken,
      queued: this.#held - this.#sending,
      held: this.#held,
      waiting: this.#waiting.size,
      pinnedBytes: this.#pins.bytes + this.#waiting.lineBytes,
      restored: this.#restored,
      damaged: this.#damaged,
      storedAgain: this.#again.events,
      storedBytes: this.#segments.bytes + this.#stuck.bytes,
    }
  }

  offer(acker: Acker, encoded: Encoded): boolean {
    const events = countOf(encoded)
    if (events === 0) return true
    if (this.#waiting.size > 0) return false
    if (endOfAdmissible(encoded, 0, this.#limits) < events) return false
    this.#put(acker, encoded, 0, events)
    return true
  }

  wait(acker: Acker, encoded: Encoded, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ acker, encoded, signal, resolve, reject })
      this.#admit()
      this.#wakeIfDue()
    })
  }

  async take({ maxEvents, maxBytes }: BatchLimits): Promise<Lease | undefined> {
    while (!this.#isDue()) {
      if (this.#refusal !== undefined) return undefined
      await this.#takers.wait()
    }
    const { spans, end, file } = this.#ahead.take(maxEvents, maxBytes)
    const taken = file?.taken ?? new Taken(end, () => this.#progress.advance())
    const release: Release = (settled, over, left) => {
      this.#sending -= settled
      this.#held -= settled
      taken.replace(over, left)
      if (this.#isEmpty) this.#admit()
      this.#again.storeIfStuck()
      this.#wakeIfDue()
    }
    const lease = new Lease(spans, release)
    taken.add(lease)
    if (file === undefined) this.#progress.take(taken)
    else file.untaken -= lease.count
    this.#sending += lease.count
    this.#arm()
    this.#admit()
    return lease
  }

  close(refusal: Error): void {
    if (this.#refusal !== undefined) return
    this.#refusal = refusal
    this.#waiting.rejectAll(refusal)
    clearTimeout(this.#timer)
    this.#pace.close()
    this.#again.close()
    this.#takers.wakeNow()
  }

  async finish(deadline: AbortSignal): Promise<Remains> {
    const ending = this.#writer
      .finish()
      .then(() => this.#ahead.close())
      .then(() => this.#again.finish())
      .then(() => this.#progress.close())
    // An output that hangs has used the time up, but a write takes only a moment.
    await settledBy(ending, deadline.aborted ? AbortSignal.timeout(GRACE_MS) : deadline)
    const lost = this.#writer.pending
    return { lost, kept: this.#held - lost }
  }

  get #limits(): Limits {
    const room = this.#pace.holdsBack ? 0 : this.#writer.room
    const isEmpty = this.#isEmpty
    // An empty queue takes any single event, unless what is stuck has much of the room.
    return {
      room,
      maxPublish: this.#maxPublish,
      isEmpty,
      takesAny: isEmpty && !this.#stuck.hasMuch,
    }
  }

  #admit(): void {
    for (let head = this.#waiting.first; head !== undefined; head = this.#waiting.first) {
      const { acker, encoded, taken: from } = head
      const events = countOf(encoded)
      const to = endOfAdmissible(encoded, from, this.#limits)
      if (to === from) break
      this.#waiting.take(head, to - from)
      this.#put(acker, encoded, from, to)
      if (to < events) continue
      this.#waiting.shift()
      head.resolve()
    }
    if (this.#waiting.size === 0) return
    if (this.#pace.holdsBack) this.#pace.watch()
    this.#again.storeIfStuck()
  }

  /** Whether nothing is in it but events that were stored again. */
  get #isEmpty(): boolean {
    return this.#held === this.#stuck.unsettled
  }

  #put(acker: Acker, encoded: Encoded, from: number, to: number): void {
    const events = to - from
    acker.takeDurably(events, this.#awaited)
    this.#taken += events
    this.#held += events
    this.#writer.add(acker, encoded, from, to)
  }

  /** The reader has found events, or that so many are gone. */
  #notice(gone: number): void {
    this.#damaged += gone
    this.#held -= gone
    const isIdle = !this.#progress.hasTaken && !this.#ahead.hasNumbered
    if (gone > 0 && isIdle) this.#progress.moveTo(this.#ahead.tail)
    if (gone > 0) this.#admit()
    this.#wakeIfDue()
  }

  #isDue(): boolean {
    const { events, isBehind, isNextStuck, sinceMs } = this.#ahead
    if (events === 0 || !(isNextStuck || this.#progress.mayTake)) return false
    // Nothing is being sent but what is stuck: there is nothing to gain by waiting.
    if (this.#sending <= this.#stuck.unsettled || this.#refusal !== undefined) return true
    if (events >= DUE_EVENTS || isBehind || this.#waiting.size > 0) return true
    return sinceMs + DUE_MS <= performance.now()
  }

  #wakeIfDue(): void {
    if (!this.#takers.wakeIfDue()) return
    if (this.#refusal === undefined) this.#again.storeIfStuck()
    this.#arm()
  }

  /** One timer, and again only after it has fired: not once for each event. */
  #arm(): void {
    if (this.#timer !== undefined || this.#ahead.events === 0 || this.#refusal !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#wakeIfDue()
    }, DUE_MS)
  }
}
