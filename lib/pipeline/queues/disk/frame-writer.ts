// Brings publishes to the disk. While one frame is being written, the next one gathers: one sync for all that
// was published meanwhile.
//
// A frame that can't be written stays in memory and is tried again, and no more is taken meanwhile: neither is
// anything dropped, nor does memory grow. Of the events in it no receipt has said that they are stored.

import type { Logger } from 'pino'
import type { Acker } from '../../acker.ts'
import type { Pins } from '../../block.ts'
import type { Encoded } from '../../queue.ts'
import { crcOf } from './format.ts'
import { chunksOf, type FinishedFrame, Frame } from './frame.ts'
import type { Settings } from './progress.ts'
import { isFull, type Place, type SegmentWriter, type Stored } from './segment-writer.ts'
import type { Segments } from './segments.ts'

/** A frame of this size is not added to: large enough that a sync is cheap, small enough to be waited for. */
const FRAME_BYTES = 2 * 1024 * 1024

const RETRY_MS = 1_000

/** The longest time between a write and its sync with `sync: interval`. */
const SYNC_INTERVAL_MS = 1_000

interface FrameWriterOptions {
  readonly settings: Settings
  readonly segments: Segments
  readonly writer: SegmentWriter
  readonly pins: Pins
  readonly log: Logger
  /** The number of the next event. */
  readonly next: number
  /** Bytes of `max_size` that others than the segments have. */
  readonly otherBytes: () => number
  /** Whether nothing in the segments is needed any more. */
  readonly isEmpty: () => boolean
  /** Is called with each frame that was written, in order. */
  readonly onStored: (frame: FinishedFrame, place: Place) => void
  /** Is called when there may be room for more. */
  readonly onRoom: () => void
  /** Is called with every try that fails. */
  readonly onStalled: () => void
}

export class FrameWriter {
  readonly #options: FrameWriterOptions
  #gathering: Frame
  #writing: FinishedFrame | undefined
  #next: number
  #running: Promise<void> | undefined
  /** Whether the last write failed. */
  #isStalled = false
  #isEnding = false
  #wake: () => void = () => undefined
  #syncTimer: NodeJS.Timeout | undefined

  constructor(options: FrameWriterOptions) {
    this.#options = options
    this.#next = options.next
    this.#gathering = new Frame(options.pins)
  }

  /** Events that are not written yet. */
  get pending(): number {
    return this.#gathering.count + (this.#writing?.count ?? 0)
  }

  /** That are going to be written. */
  get bytes(): number {
    return this.#gathering.bytes + (this.#writing?.size ?? 0)
  }

  /** Whether so many bytes have no room, in the queue or on the disk. */
  isShortOf(bytes: number): boolean {
    const { segments, settings, otherBytes } = this.#options
    const room = settings.max_size - otherBytes() - segments.bytes - this.bytes
    return this.#isStalled || (bytes > 0 && room < bytes)
  }

  /** How many bytes can be taken now. */
  get room(): number {
    if (this.#isStalled || this.#gathering.bytes >= FRAME_BYTES) return 0
    const { segments, settings, isEmpty, otherBytes } = this.#options
    const size = settings.max_size - otherBytes()
    return Math.max(0, isEmpty() ? size : size - segments.bytes - this.bytes)
  }

  add(acker: Acker, encoded: Encoded, from: number, to: number): void {
    this.#gathering.add(acker, encoded, from, to)
    this.#running ??= this.#run()
  }

  /** A segment has been removed: a frame that did not fit may fit now. */
  retryNow(): void {
    this.#wake()
  }

  /** Writes what there is, or gives up when a last try fails. */
  async finish(): Promise<void> {
    this.#isEnding = true
    this.#wake()
    await this.#running
    clearTimeout(this.#syncTimer)
    await this.#sync()
    await this.#options.writer.leave()
  }

  async #run(): Promise<void> {
    // Everything that is published in this turn of the event loop goes together.
    await new Promise(resolve => setImmediate(resolve))
    while (this.#gathering.count > 0) {
      const frame = this.#gathering.finish(this.#next)
      this.#gathering = new Frame(this.#options.pins)
      this.#writing = frame
      this.#options.onRoom()
      const stored = await this.#write(frame)
      if (stored === undefined) break
      const { place, segment } = stored
      this.#next = frame.first + frame.count
      // From here on it can be read: at once it is said what it is.
      this.#options.segments.grow(segment, frame.size, this.#next)
      this.#writing = undefined
      for (const [at, { acker, end }] of frame.owners.entries()) {
        acker.store(end - (frame.owners[at - 1]?.end ?? 0))
      }
      this.#options.onStored(frame, place)
      this.#options.onRoom()
    }
    this.#running = undefined
  }

  /** Undefined if the queue ends before it is written. */
  async #write(frame: FinishedFrame): Promise<Stored | undefined> {
    const { writer, settings, log, onStalled } = this.#options
    const { checksum = crcOf } = settings
    const chunks = chunksOf(frame, await checksum(frame.body))
    for (;;) {
      try {
        const stored = await writer.append(frame, chunks)
        if (this.#isStalled) log.info('Disk queue: events are taken again')
        this.#isStalled = false
        if (settings.sync === 'interval') this.#syncSoon()
        return stored
      } catch (err) {
        if (!this.#isStalled) log.error({ err }, `Disk queue: ${wordsOf(err)}: beats wait`)
        this.#isStalled = true
        if (this.#isEnding) return undefined
        onStalled()
        await this.#pause()
      }
    }
  }

  async #pause(): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, RETRY_MS)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = () => undefined
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined
      void this.#sync()
    }, SYNC_INTERVAL_MS)
  }

  async #sync(): Promise<void> {
    const { writer, settings, log } = this.#options
    if (settings.sync === 'none') return
    await writer.sync().catch(err => log.error({ err }, 'Disk queue: a sync failed'))
  }
}

function wordsOf(error: unknown): string {
  return isFull(error) ? 'the disk is full' : 'events can not be written'
}
