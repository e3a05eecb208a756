// The oldest events of the queue in memory, ready to be taken.
//
//   caught up   a frame that was written stays in memory, and nothing is read
//   behind      once there are more bytes than KEPT_BYTES, frames are dropped after they were written. From
//               there on they are read again, as far ahead as there is room, until the end is reached
//
// Numbers of events that no frame has are gone: damage, or a segment that is missing.

import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Pins, Span } from '../../block.ts'
import { Fifo } from '../fifo.ts'
import { type FrameHeader, segmentName } from './format.ts'
import { blockOf, type FinishedFrame } from './frame.ts'
import { LateOwners } from './late-owners.ts'
import { type Damage, SegmentReader } from './segment-reader.ts'
import type { Place } from './segment-writer.ts'
import type { Segment, Segments } from './segments.ts'
import { setAside } from './set-aside.ts'

const READ_AHEAD_BYTES = 8 * 1024 * 1024

/** The first step over what can't be read: as much as is read at once. */
const SKIP_BYTES = 256 * 1024

/** Of what was written: more than publishes wait for (pace.ts), as those are measured before they are encoded. */
const KEPT_BYTES = 16 * 1024 * 1024

/** Events of a block, of which the first has this number. */
interface Resident extends Span {
  from: number
  first: number
  /** performance.now() when they came here. */
  readonly sinceMs: number
}

interface ReadAheadOptions {
  readonly folder: string
  readonly segments: Segments
  readonly pins: Pins
  readonly log: Logger
  /** The number of the first event to read. */
  readonly first: number
  /** Is called when there are more events, or when some are gone: so many. */
  readonly onChange: (gone: number) => void
}

export class ReadAhead {
  readonly #options: ReadAheadOptions
  readonly #resident = new Fifo<Resident>()
  readonly #late = new LateOwners()
  #bytes = 0
  #events = 0
  /** One behind the number of the last event here. */
  #tail: number
  /** Where the next frame is; undefined while caught up. */
  #cursor: Place | undefined
  #reader: { readonly segment: number; readonly reader: SegmentReader } | undefined
  #filling: Promise<void> | undefined
  /** The last step over what could not be read. */
  #skippedBytes = 0
  #isClosed = false

  constructor(options: ReadAheadOptions, start: Place | undefined) {
    this.#options = options
    this.#tail = options.first
    this.#cursor = start
  }

  /** Events that can be taken at once. */
  get events(): number {
    return this.#events
  }

  /** Of them. */
  get bytes(): number {
    return this.#bytes
  }

  get isBehind(): boolean {
    return this.#cursor !== undefined
  }

  get tail(): number {
    return this.#tail
  }

  /** performance.now() when the oldest one came here. */
  get sinceMs(): number {
    return this.#resident.first?.sinceMs ?? Number.POSITIVE_INFINITY
  }

  /** Takes a frame that was written: keeps it if there is room, or reads it again later. */
  add(frame: FinishedFrame, place: Place): void {
    const isTooMuch = this.#bytes > 0 && this.#bytes + frame.size > KEPT_BYTES
    if (this.#cursor === undefined && !isTooMuch) {
      let first = frame.first
      for (const span of frame.spans) {
        this.#push({ ...span, first, sinceMs: performance.now() })
        first += span.to - span.from
      }
      this.#tail = first
      return
    }
    this.#cursor ??= place
    this.#late.add(frame)
    for (const { block, from, to } of frame.spans) block.drop(from, to)
    this.fill()
  }

  /** The next events, at least one. */
  take(
    maxEvents: number,
    maxBytes: number,
  ): { readonly spans: readonly Span[]; readonly end: number } {
    const spans: Span[] = []
    let [events, bytes, end] = [0, 0, 0]
    for (let head = this.#resident.first; head !== undefined; head = this.#resident.first) {
      const { block, from } = head
      let to = Math.min(head.to, from + maxEvents - events)
      const start = block.startOf(from)
      while (to > from && block.startOf(to) - start > maxBytes - bytes) to--
      if (to === from && events === 0 && maxEvents > 0) to++
      if (to === from) break
      spans.push({ block, from, to })
      events += to - from
      bytes += block.startOf(to) - start
      head.from = to
      head.first += to - from
      end = head.first
      if (to < head.to) break
      this.#resident.shift()
    }
    this.#events -= events
    this.#bytes -= bytes
    this.fill()
    return { spans, end }
  }

  /** Reads on, if there is something to read and room for it. */
  fill(): void {
    if (this.#isClosed || this.#cursor === undefined || this.#bytes > READ_AHEAD_BYTES / 2) return
    this.#filling ??= this.#readOn().finally(() => {
      this.#filling = undefined
      // A frame may have come while the reader was about to end.
      this.fill()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#filling
    await this.#reader?.reader.close()
    this.#reader = undefined
  }

  #push(resident: Resident): void {
    const { block, from, to } = resident
    this.#resident.push(resident)
    this.#events += to - from
    this.#bytes += block.startOf(to) - block.startOf(from)
  }

  async #readOn(): Promise<void> {
    while (this.#cursor !== undefined && this.#bytes < READ_AHEAD_BYTES && !this.#isClosed) {
      const { segments } = this.#options
      const segment = segments.find(this.#cursor.segment)
      if (segment === undefined || this.#cursor.offset >= segment.size) {
        const next = segments.after(this.#cursor.segment)
        this.#cursor = next && { segment: next.number, offset: next.begin }
        // All that was written has been read.
        if (next === undefined) this.#skip(segments.end.sequence)
      } else {
        await this.#readFrame(segment, this.#cursor.offset)
      }
    }
  }

  async #readFrame(segment: Segment, offset: number): Promise<void> {
    const moveTo = (to: number) => {
      this.#cursor = { segment: segment.number, offset: to }
    }
    try {
      const reader = await this.#readerOf(segment, offset)
      const found = await reader.next(segment.size)
      moveTo(reader.offset)
      this.#skippedBytes = 0
      if (found === undefined) return
      if (found.isSound) this.#takeIn(found.header, found.body)
      else await this.#note(segment, reader, found)
    } catch (err) {
      const { folder, log } = this.#options
      if (this.#cursor?.offset === offset) {
        // A larger step each time: a bad sector takes little with it, and a dead disk comes to an end.
        this.#skippedBytes = Math.max(SKIP_BYTES, this.#skippedBytes * 2)
        moveTo(Math.min(segment.size, offset + this.#skippedBytes))
      }
      const bytes = (this.#cursor?.offset ?? 0) - offset
      const fields = { err, segment: join(folder, segmentName(segment.number)), offset, bytes }
      log.error(fields, 'Disk queue: a part of a segment can not be read: going on behind it')
    }
  }

  #takeIn(header: FrameHeader, body: Buffer): void {
    const { first } = header
    // A frame that had been written before its sync failed may be there twice.
    if (first + header.count <= this.#tail) return
    const block = blockOf(this.#options.pins, header, body)
    if (first > this.#tail) this.#skip(first)
    const from = this.#tail - first
    this.#late.own(block, first)
    block.drop(0, from)
    this.#push({ block, from, to: block.count, first: this.#tail, sinceMs: performance.now() })
    this.#tail = first + block.count
    this.#options.onChange(0)
  }

  /** No frame has the events before this one. */
  #skip(first: number): void {
    const events = first - this.#tail
    if (events <= 0) return
    this.#late.drop(this.#tail, first)
    this.#tail = first
    this.#options.log.error(
      { events },
      'Disk queue: events are lost, as they can not be read again',
    )
    this.#options.onChange(events)
  }

  async #readerOf({ number }: Segment, offset: number): Promise<SegmentReader> {
    const now = this.#reader
    if (now?.segment === number && now.reader.offset === offset) return now.reader
    this.#reader = undefined
    await now?.reader.close()
    const reader = await SegmentReader.open(join(this.#options.folder, segmentName(number)), offset)
    this.#reader = { segment: number, reader }
    return reader
  }

  async #note(segment: Segment, { handle }: SegmentReader, damage: Damage): Promise<void> {
    const { folder, log } = this.#options
    const { offset, end, header } = damage
    const file = await setAside(folder, segment.number, handle, [offset, end])
    const fields = {
      segment: join(folder, segmentName(segment.number)),
      offset,
      bytes: end - offset,
    }
    const more = { events: header?.count, file }
    log.error(
      { ...fields, ...more },
      'Disk queue: a part of a segment is damaged: going on behind it',
    )
  }
}
