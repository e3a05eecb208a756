import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { DiskQueueSettings } from '../../../config/config.ts'
import { syncFolder } from '../../../folders.ts'
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, segmentName } from './format.ts'
import type { FinishedFrame } from './frame.ts'
import type { Segment, Segments } from './segments.ts'

/** Where a frame begins. */
export interface Place {
  readonly segment: number
  readonly offset: number
}

/** Where a frame was written to; the segment has not grown by it yet. */
export interface Stored {
  readonly place: Place
  readonly segment: Segment
}

/**
 * How a segment is opened for writing. With O_DSYNC a write returns when it is synced: an fdatasync(2) of its own
 * would begin only once the event loop has seen the write end, and that has much to do while beats publish.
 */
export function writing(sync: DiskQueueSettings['sync']): number {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK, O_DSYNC } = constants
  return O_RDWR | O_NOFOLLOW | O_NONBLOCK | (sync === 'batch' ? O_DSYNC : 0)
}

/** Appends frames to the last segment and begins a new one when it is full. Only one call at a time. */
export class SegmentWriter {
  readonly #settings: DiskQueueSettings
  readonly #segments: Segments
  #handle: FileHandle | undefined
  #segment: Segment | undefined

  /** `handle`: of the last segment, if frames may be added to it. */
  constructor(settings: DiskQueueSettings, segments: Segments, handle: FileHandle | undefined) {
    this.#settings = settings
    this.#segments = segments
    this.#handle = handle
    this.#segment = handle && segments.last
  }

  /**
   * Writes a frame, and syncs it with `sync: batch`. If that fails, nothing of it is left: the frame can be written
   * again.
   *
   * @throws the system's error
   */
  async append(frame: FinishedFrame, chunks: readonly Uint8Array[]): Promise<Stored> {
    const { segment, handle } = await this.#segmentFor(frame)
    const place = { segment: segment.number, offset: segment.size }
    try {
      await writeAll(handle, chunks, segment.size)
    } catch (error) {
      await this.#cut(handle, segment)
      // After a failed sync nobody knows what of the file is on the disk (fsync(2)).
      if (!isFull(error)) await this.leave()
      throw error
    }
    return { place, segment }
  }

  /** @throws the system's error; then no more is added to the segment, as a later sync would not say it again */
  async sync(): Promise<void> {
    const handle = this.#handle
    try {
      await handle?.datasync()
    } catch (error) {
      if (handle === this.#handle) await this.leave()
      throw error
    }
  }

  /** Adds no more to the present segment. */
  async leave(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    this.#segment = undefined
    await handle?.close()
  }

  async #segmentFor({ first, size }: FinishedFrame) {
    const { segment_size, sync } = this.#settings
    const now = this.#segment
    const isFilled = now !== undefined && now.size > now.begin && now.size + size > segment_size
    if (isFilled) {
      // With `batch` all of it has been.
      if (sync === 'interval') await this.sync()
      await this.leave()
    }
    if (this.#handle !== undefined && this.#segment !== undefined) {
      return { handle: this.#handle, segment: this.#segment }
    }
    return this.#create(first)
  }

  async #create(first: number) {
    const { sync } = this.#settings
    const number = this.#segments.nextNumber()
    const path = join(this.#settings.path, segmentName(number))
    const { O_CREAT, O_EXCL } = constants
    const handle = await open(path, writing(sync) | O_CREAT | O_EXCL, 0o600)
    try {
      await writeAll(handle, [encodeSegmentHeader({ number, first })], 0)
      if (sync !== 'none') await syncFolder(this.#settings.path)
    } catch (error) {
      await handle.close()
      await unlink(path).catch(() => undefined)
      throw error
    }
    const size = SEGMENT_HEADER_BYTES
    const segment = { number, first, begin: size, size, isSound: true }
    this.#segments.add(segment)
    this.#handle = handle
    this.#segment = segment
    return { handle, segment }
  }

  async #cut(handle: FileHandle, segment: Segment): Promise<void> {
    // If even that fails, the next frame goes over it, or it is a torn end for the next start.
    await handle.truncate(segment.size).catch(() => undefined)
  }
}

/** Whether the error says that there is no room: it may come back. */
export function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
}

/** @throws the system's error; then any part may have been written */
export async function writeAll(
  handle: FileHandle,
  chunks: readonly Uint8Array[],
  offset: number,
): Promise<void> {
  let [left, at] = [[...chunks], offset]
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, at)
    // A full disk takes a part, and says only the next time that it is full.
    at += bytesWritten
    left = behind(left, bytesWritten)
  }
}

function behind(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  for (const [at, chunk] of chunks.entries()) {
    if (skip < chunk.length) return [chunk.subarray(skip), ...chunks.slice(at + 1)]
    skip -= chunk.length
  }
  return []
}
