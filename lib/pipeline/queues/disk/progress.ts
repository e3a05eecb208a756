import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { DiskQueueSettings } from '../../../config/config.ts'
import { Fifo } from '../fifo.ts'
import type { Checksum } from './checksum.ts'
import { segmentName } from './format.ts'
import type { PositionFile } from './position-file.ts'
import type { Segments } from './segments.ts'
import type { Taken } from './stuck/taken.ts'

/** The longest time between a settlement and its sync, in which a power cut repeats events. */
const SYNC_MS: Readonly<Record<DiskQueueSettings['sync'], number>> = {
  batch: 200,
  interval: 1_000,
  none: Number.POSITIVE_INFINITY,
}

/**
 * No batch is taken while so many events have been that the file does not know to be settled, or are there twice. So a
 * crash repeats fewer than these and one batch.
 */
const WINDOW_EVENTS = 65_536

/** The most bytes behind the end that the position knows, which a start after a crash has to look through. */
const MAX_UNKNOWN_BYTES = 16 * 1024 * 1024

/**
 * The time between two writes of the position while batch after batch is settled: each wakes a thread, which takes the
 * processor from others. A crash repeats what was settled meanwhile.
 */
const PAUSE_MS = 5

/** A batch that has taken so long is not going to be settled soon. */
const STUCK_MS = 5_000

/** Others than those. */
export type Settings = DiskQueueSettings & {
  readonly windowEvents?: number
  readonly stuckMs?: number
  /** Of what is written. */
  readonly checksum?: Checksum
}

/** How much is stored again at once. */
interface AgainLimits {
  /** Batches before this number; one in any case. */
  readonly until: number
  readonly maxEvents: number
  /** A single batch may have more. */
  readonly maxBytes: number
}

interface ProgressOptions {
  readonly settings: Settings
  readonly file: PositionFile
  readonly segments: Segments
  readonly log: Logger
  /** Everything before is settled. */
  readonly first: number
  /** Events in files of their own, as they were stored again. */
  readonly copies: () => number
  /** Is called when segments have been removed. */
  readonly onRoom: () => void
  /** Is called when the file has another position. */
  readonly onKept: () => void
}

/**
 * Keeps the position: every event before it is settled. Batches may be settled in any order; the position
 * stays before the oldest one that is not. First the position is on the disk, then a segment is removed.
 */
export class Progress {
  readonly #options: ProgressOptions
  readonly #taken = new Fifo<Taken>()
  #position: number
  /** As the file has it. */
  #written: number
  #takenEnd: number
  #writtenMs = -Infinity
  #writing: Promise<void> | undefined
  #syncing: Promise<boolean> | undefined
  #syncedMs = 0
  #syncTimer: NodeJS.Timeout | undefined
  #hasFailed = false
  /** Written to segments since the position was kept. */
  #unknownBytes = 0
  #isClosed = false

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#position = options.first
    this.#written = options.first
    this.#takenEnd = options.first
  }

  get position(): number {
    return this.#position
  }

  /** Whether another batch may be taken. A file that can't be written holds nobody up. */
  get mayTake(): boolean {
    const kept = this.#hasFailed ? this.#position : this.#written
    return this.#takenEnd - kept + this.#options.copies() < this.window
  }

  /** In events. */
  get window(): number {
    return this.#options.settings.windowEvents ?? WINDOW_EVENTS
  }

  /** Whether no batch can be taken because of the oldest ones that are not settled. */
  get isHeldUp(): boolean {
    return this.#takenEnd - this.#position + this.#options.copies() >= this.window
  }

  /** performance.now() when the oldest batch is stuck that is not settled. */
  get stuckFromMs(): number {
    const { first } = this.#taken
    return (first?.sinceMs ?? Infinity) + (this.#options.settings.stuckMs ?? STUCK_MS)
  }

  /** One behind the number of the last event that was taken. */
  get takenEnd(): number {
    return this.#takenEnd
  }

  /** The oldest batches that hold the position up. */
  stuck({ until, maxEvents, maxBytes }: AgainLimits): readonly Taken[] {
    const youngestMs = performance.now() - (this.#options.settings.stuckMs ?? STUCK_MS)
    const stuck: Taken[] = []
    let [events, bytes] = [0, 0]
    for (const taken of this.#taken) {
      if (taken.unsettled === 0) continue
      if (taken.sinceMs > youngestMs) break
      events += taken.unsettled
      bytes += taken.bytes
      const isMore = stuck.length > 0 && (taken.end > until || bytes > maxBytes)
      if (isMore || events > maxEvents) break
      stuck.push(taken)
    }
    return stuck
  }

  get hasTaken(): boolean {
    return this.#taken.size > 0
  }

  /** A batch of the next events. */
  take(taken: Taken): void {
    this.#taken.push(taken)
    this.#takenEnd = taken.end
  }

  /** Moves the position before the oldest batch that is not settled. */
  advance(): void {
    let end = this.#position
    for (let oldest = this.#taken.first; oldest?.unsettled === 0; oldest = this.#taken.first) {
      end = oldest.end
      this.#taken.shift()
    }
    this.moveTo(end)
  }

  /** Everything before is settled or gone. */
  moveTo(position: number): void {
    if (position <= this.#position) return
    this.#position = position
    this.keep()
  }

  /** So many bytes were written to segments. */
  noteWritten(bytes: number): void {
    this.#unknownBytes += bytes
    const isSettled = this.#options.segments.settledBefore(this.#position) !== undefined
    if (!isSettled && this.#unknownBytes < MAX_UNKNOWN_BYTES) return
    this.#unknownBytes = 0
    this.keep()
  }

  /** Writes the position, and removes what is settled. */
  keep(): void {
    if (this.#isClosed) return
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#syncTimer)
    await this.#writing
    await this.#write()
    await this.#syncing
    await this.#attempt(() => this.#sync())
    await this.#options.file.close()
  }

  async #write(): Promise<void> {
    const { file, segments, onKept } = this.#options
    do {
      const leftMs = this.#writtenMs + PAUSE_MS - performance.now()
      if (leftMs > 0 && this.#hasTime) await pause(Math.ceil(leftMs))
      this.#writtenMs = performance.now()
      const sequence = this.#position
      const isWritten = await this.#attempt(() => file.write({ sequence, end: segments.end }))
      if (isWritten) this.#written = sequence
      onKept()
      if (!isWritten) return
      // A sync takes its time: what is settled meanwhile is written all the same.
      this.#syncInTime()
    } while (this.#written !== this.#position)
  }

  #syncInTime(): void {
    const waitMs = this.#syncedMs + SYNC_MS[this.#options.settings.sync] - performance.now()
    if (waitMs <= 0 || this.#hasSettled) {
      this.#syncing ??= this.#attempt(() => this.#syncAndRemove()).finally(() => {
        this.#syncing = undefined
      })
    } else if (Number.isFinite(waitMs)) {
      this.#syncTimer ??= setTimeout(() => {
        this.#syncTimer = undefined
        this.keep()
      }, waitMs)
    }
  }

  /** Whether nobody waits for the position. */
  get #hasTime(): boolean {
    return !this.#isClosed && !this.#hasSettled && this.#takenEnd - this.#written < this.window / 2
  }

  get #hasSettled(): boolean {
    return this.#options.segments.settledBefore(this.#written) !== undefined
  }

  async #syncAndRemove(): Promise<void> {
    do {
      const synced = this.#written
      await this.#sync()
      await this.#removeBefore(synced)
    } while (this.#hasSettled)
  }

  async #sync(): Promise<void> {
    if (this.#options.settings.sync !== 'none') await this.#options.file.sync()
    this.#syncedMs = performance.now()
  }

  async #removeBefore(sequence: number): Promise<void> {
    const { segments, settings, onRoom } = this.#options
    const next = () => segments.settledBefore(sequence)
    for (let settled = next(); settled; settled = next()) {
      // From here on its bytes count no more: whoever has removed it before, it is gone.
      segments.remove(settled)
      await unlink(join(settings.path, segmentName(settled.number))).catch(error => {
        if (error.code !== 'ENOENT') throw error
      })
      onRoom()
    }
  }

  /** The position is written again with the next batch. Until then a crash would only repeat events. */
  async #attempt(act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
      this.#hasFailed = false
      return true
    } catch (err) {
      if (!this.#hasFailed)
        this.#options.log.error({ err }, 'Disk queue: the position can not be kept')
      this.#hasFailed = true
      return false
    }
  }
}
