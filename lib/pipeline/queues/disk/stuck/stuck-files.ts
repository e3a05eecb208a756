// The files of events that were stored again: a segment with a single frame each, beside those of the queue.
//
//   write    under another name until all of it is synced: a file that has its own is whole
//   settle   a file is removed once all of its events are; until then a crash has those sent again that are
//   rewrite  what is left of files that are mostly settled, or small, becomes one file
//   read     at the start they come before all others (read-ahead.ts)

import { constants } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { DiskQueueSettings } from '../../../../config/config.ts'
import { codeOf } from '../../../../errors.ts'
import { syncFolder } from '../../../../folders.ts'
import type { Block, Pins } from '../../../block.ts'
import { crcOf, encodeSegmentHeader, SEGMENT_HEADER_BYTES, stuckName } from '../format.ts'
import { blockOf, chunksOf, type FinishedFrame, Frame } from '../frame.ts'
import { SegmentReader } from '../segment-reader.ts'
import { writeAll } from '../segment-writer.ts'
import type { FoundStuck } from './find.ts'
import { Taken } from './taken.ts'

/** Files with less in them are small. More of them than this become fewer. */
const SMALL_BYTES = 1024 * 1024
const MAX_SMALL = 16

export interface StuckFile extends FoundStuck {
  /** Those of its events that were taken and are not settled. */
  readonly taken: Taken
  /** Events of before the start that were not taken since. */
  untaken: number
  /** Of all its events; of a file of before the start, once it is read. */
  lineBytes: number
}

interface StuckFilesOptions {
  readonly settings: DiskQueueSettings
  readonly pins: Pins
  readonly log: Logger
  /** Is called when a file has been removed. */
  readonly onRoom: () => void
}

export class StuckFiles {
  /** Those that were there at the start, in their order. */
  readonly found: readonly StuckFile[]
  readonly #options: StuckFilesOptions
  #files: readonly StuckFile[]
  #nextNumber: number
  #events = 0
  #bytes = 0
  #removing: Promise<void> | undefined
  #hasFailed = false

  constructor(options: StuckFilesOptions, found: readonly FoundStuck[]) {
    this.#options = options
    this.found = found.map(each => this.#fileOf(each, each.events))
    this.#files = this.found
    this.#nextNumber = Math.max(0, ...found.map(({ number }) => number)) + 1
    for (const each of found) this.#count(each, 1)
  }

  /** All that are in the files, also those that were settled meanwhile. */
  get events(): number {
    return this.#events
  }

  /** Of the files. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether they take more than half of the room of the queue. */
  get hasMuch(): boolean {
    return this.#bytes * 2 > this.#options.settings.max_size
  }

  get unsettled(): number {
    return this.#files.reduce((sum, { taken, untaken }) => sum + taken.unsettled + untaken, 0)
  }

  /**
   * Stores events, as safe as those of the queue are.
   *
   * @throws the system's error; then nothing of it is left
   */
  async write(blocks: readonly Block[]): Promise<StuckFile> {
    const frame = frameOf(this.#options.pins, blocks)
    const number = this.#nextNumber++
    const found = { number, events: frame.count, bytes: SEGMENT_HEADER_BYTES + frame.size }
    this.#count(found, 1)
    try {
      await this.#create(number, frame)
    } catch (error) {
      this.#count(found, -1)
      throw error
    }
    const file = this.#fileOf(found, 0)
    file.lineBytes = blocks.reduce((sum, { size }) => sum + size, 0)
    this.#files = [...this.#files, file]
    return file
  }

  /** The events of a file that was there at the start; undefined if it is damaged, and was set aside. */
  async read(file: StuckFile): Promise<Block | undefined> {
    const path = this.#pathOf(file.number)
    try {
      const reader = await SegmentReader.open(path, SEGMENT_HEADER_BYTES)
      try {
        const frame = await reader.next(file.bytes)
        if (!frame?.isSound) throw new Error('its frame is damaged')
        const block = blockOf(this.#options.pins, frame.header, frame.body)
        file.lineBytes = block.size
        return block
      } finally {
        await reader.close()
      }
    } catch (err) {
      this.#drop(file)
      file.untaken = 0
      await rename(path, path.replace(/\.seg$/, '.bad')).catch(() => undefined)
      const fields = { err, file: path, events: file.events }
      this.#options.log.error(
        fields,
        'Disk queue: events that had been stored again can not be read',
      )
      return undefined
    }
  }

  /**
   * Files to write anew, the oldest first: those of whose events a quarter is settled, and small ones if there are
   * many. None unless that makes something less.
   */
  toRewrite(maxBytes: number, isRoomNeeded: boolean): readonly StuckFile[] {
    const whole = this.#files.filter(({ taken, untaken }) => untaken === 0 && taken.unsettled > 0)
    const small = whole.filter(({ taken }) => taken.bytes < SMALL_BYTES)
    if (small.length > MAX_SMALL) return fitting(small, maxBytes)
    return isRoomNeeded ? fitting(whole.filter(isThin), maxBytes) : []
  }

  /** Removes what is settled. */
  sweep(): void {
    if (!this.#files.some(isSettled)) return
    this.#removing ??= this.#remove().finally(() => {
      this.#removing = undefined
    })
  }

  async close(): Promise<void> {
    await this.#removing
  }

  #fileOf(found: FoundStuck, untaken: number): StuckFile {
    return { ...found, untaken, lineBytes: 0, taken: new Taken(0, () => this.sweep()) }
  }

  #pathOf(number: number): string {
    return join(this.#options.settings.path, stuckName(number))
  }

  #count({ events, bytes }: FoundStuck, times: 1 | -1): void {
    this.#events += events * times
    this.#bytes += bytes * times
  }

  #drop(file: StuckFile): void {
    this.#files = this.#files.filter(each => each !== file)
    this.#count(file, -1)
  }

  async #create(number: number, frame: FinishedFrame): Promise<void> {
    const { sync, path: folder } = this.#options.settings
    const path = this.#pathOf(number)
    const unfinished = `${path}.new`
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
    const handle = await open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    try {
      try {
        const chunks = chunksOf(frame, crcOf(frame.body))
        await writeAll(handle, [encodeSegmentHeader({ number, first: 0 }), ...chunks], 0)
        if (sync !== 'none') await handle.datasync()
      } finally {
        await handle.close()
      }
      await rename(unfinished, path)
      if (sync !== 'none') await syncFolder(folder)
    } catch (error) {
      for (const each of [unfinished, path]) await unlink(each).catch(() => undefined)
      throw error
    }
  }

  async #remove(): Promise<void> {
    const { settings, log, onRoom } = this.#options
    try {
      for (let file = this.#files.find(isSettled); file; file = this.#files.find(isSettled)) {
        await unlink(this.#pathOf(file.number)).catch(error => {
          if (codeOf(error) !== 'ENOENT') throw error
        })
        // Else a power cut might have all of its events sent again, however long after.
        if (settings.sync !== 'none') await syncFolder(settings.path)
        this.#drop(file)
        this.#hasFailed = false
        onRoom()
      }
    } catch (err) {
      if (!this.#hasFailed) log.error({ err }, 'Disk queue: a settled file can not be removed')
      this.#hasFailed = true
    }
  }
}

function frameOf(pins: Pins, blocks: readonly Block[]): FinishedFrame {
  const frame = new Frame(pins)
  for (const block of blocks) frame.append(block)
  return frame.finish(0)
}

function isSettled({ taken, untaken }: StuckFile): boolean {
  return untaken === 0 && taken.unsettled === 0
}

/** A file of which nothing is settled would be as large again, however much of it is not lines. */
function isThin({ taken, events, lineBytes }: StuckFile): boolean {
  if (taken.unsettled === events) return false
  return taken.unsettled * 4 <= events * 3 || taken.bytes * 4 <= lineBytes * 3
}

/** The first ones, as far as what is left of them has no more bytes; at least one. */
function fitting(files: readonly StuckFile[], maxBytes: number): readonly StuckFile[] {
  let bytes = 0
  const end = files.findIndex(({ taken }, at) => {
    bytes += taken.bytes
    return at > 0 && bytes > maxBytes
  })
  return end < 0 ? files : files.slice(0, end)
}
