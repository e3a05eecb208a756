// The oldest events of the queue in memory, ready to be taken.
//
//   caught up   a frame that was written stays in memory, and nothing is read
//   behind      once there are more bytes than KEPT_BYTES, frames are dropped after they were written. From
//               there on they are read again, as far ahead as there is room, until the end is reached
//
// Numbers of events that no frame has are gone: damage, or a segment that is missing. Events that had been stored again
// before the start (stuck/) are read first.

import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Pins } from '../../block.ts'
import { Fifo } from '../fifo.ts'
import { type FrameHeader, segmentName } from './format.ts'
import { blockOf, type FinishedFrame } from './frame.ts'
import { LateOwners } from './late-owners.ts'
import { Residents } from './residents.ts'
import { type Damage, SegmentReader } from './segment-reader.ts'
import type { Place } from './segment-writer.ts'
import type { Segment, Segments } from './segments.ts'
import { setAside } from './set-aside.ts'
import type { StuckFile, StuckFiles } from './stuck/stuck-files.ts'

const READ_AHEAD_BYTES = 8 * 1024 * 1024

/** The first step over what can't be read: as much as is read at once. */
const SKIP_BYTES = 256 * 1024

/** Of what was written: more than publishes wait for (pace.ts), as those are measured before they are encoded. */
const KEPT_BYTES = 16 * 1024 * 1024

interface ReadAheadOptions {
  readonly folder: string
  readonly segments: Segments
  readonly pins: Pins
  readonly log: Logger
  readonly stuck: StuckFiles
  /** The number of the first event to read. */
  readonly first: number
  /** Is called when there are more events, or when some are gone: so many. */
  readonly onChange: (gone: number) => void
}

export class ReadAhead {
  readonly #options: ReadAheadOptions
  readonly #residents = new Residents()
  /** Those that were not read yet. */
  readonly #stuck = new Fifo<StuckFile>()
  readonly #late = new LateOwners()
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
    for (const file of options.stuck.found) this.#stuck.push(file)
  }

  /** Events that can be taken at once. */
  get events(): number {
    return this.#residents.events
  }

  get hasNumbered(): boolean {
    return this.#residents.hasNumbered
  }

  /** Of them. */
  get bytes(): number {
    return this.#residents.bytes
  }

  get isBehind(): boolean {
    return this.#cursor !== undefined || this.#stuck.size > 0
  }

  /** Whether the next events were stored again before the start. */
  get isNextStuck(): boolean {
    return this.#residents.file !== undefined
  }

  get tail(): number {
    return this.#tail
  }

  get sinceMs(): number {
    return this.#residents.sinceMs
  }

  /** Takes a frame that was written: keeps it if there is room, or reads it again later. */
  add(frame: FinishedFrame, place: Place): void {
    const isTooMuch = this.bytes > 0 && this.bytes + frame.size > KEPT_BYTES
    if (!this.isBehind && !isTooMuch) {
      let first = frame.first
      for (const span of frame.spans) {
        this.#residents.push(span, first)
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

  /** The next events, at least one: of one file, or such as have numbers; `end`: one behind that of the last. */
  take(maxEvents: number, maxBytes: number): ReturnType<Residents['take']> {
    const taken = this.#residents.take(maxEvents, maxBytes)
    this.fill()
    return taken
  }

  /** Reads on, if there is something to read and room for it. */
  fill(): void {
    if (this.#isClosed || !this.isBehind || this.bytes > READ_AHEAD_BYTES / 2) return
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

  async #readOn(): Promise<void> {
    while (this.isBehind && this.bytes < READ_AHEAD_BYTES && !this.#isClosed) {
      const { segments } = this.#options
      const { first: file } = this.#stuck
      if (file !== undefined) {
        await this.#readStuck(file)
        this.#stuck.shift()
        continue
      }
      if (this.#cursor === undefined) return
      const segment = segments.find(this.#cursor.segment)
      if (segment === undefined || this.#cursor.offset >= segment.size) {
        const next = segments.after(this.#cursor.segment)
        this.#cursor = next && { segment: next.number, offset: next.begin }
        // All that was written has been read.
        if (next === undefined) this.#lose(segments.end.sequence)
      } else {
        await this.#readFrame(segment, this.#cursor.offset)
      }
    }
  }

  async #readStuck(file: StuckFile): Promise<void> {
    const { stuck, onChange } = this.#options
    const events = file.untaken
    const block = await stuck.read(file)
    if (block !== undefined) this.#residents.push({ block, from: 0, to: block.count }, 0, file)
    onChange(block === undefined ? events : 0)
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
    this.#lose(first)
    const from = this.#tail - first
    this.#late.own(block, first)
    block.drop(0, from)
    this.#residents.push({ block, from, to: block.count }, this.#tail)
    this.#tail = first + block.count
    this.#options.onChange(0)
  }

  /** No frame has events before this one that have not come yet. */
  #lose(first: number): void {
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
