// Reads the frames of a segment, one after the other, in chunks: a frame of one event is no trip of its own.
//
// What is no frame is skipped: after a frame whose checksum is wrong the next one begins where its header says;
// elsewhere the next magic with a sound header is looked for.

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import {
  crcOf,
  decodeFrameHeader,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  type FrameHeader,
} from './format.ts'

const CHUNK_BYTES = 256 * 1024

/** A frame that is as it was written. */
interface SoundFrame {
  readonly isSound: true
  readonly offset: number
  readonly header: FrameHeader
  readonly body: Buffer
}

/** Bytes that are no frame. */
export interface Damage {
  readonly isSound: false
  readonly offset: number
  readonly end: number
  /** Of the events there, where a header says it. */
  readonly header: FrameHeader | undefined
  /** Whether nothing follows. */
  readonly isLast: boolean
}

export class SegmentReader {
  readonly handle: FileHandle
  #offset: number
  #chunk = Buffer.alloc(0)
  /** Where the chunk begins in the file. */
  #chunkAt = 0

  private constructor(handle: FileHandle, offset: number) {
    this.handle = handle
    this.#offset = offset
  }

  static async open(path: string, offset: number): Promise<SegmentReader> {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
    return new SegmentReader(await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), offset)
  }

  static of(handle: FileHandle, offset: number): SegmentReader {
    return new SegmentReader(handle, offset)
  }

  get offset(): number {
    return this.#offset
  }

  /** Goes on there, or at the first frame behind it. */
  skipTo(offset: number): void {
    this.#offset = offset
  }

  /** The next frame, or what is there in its place; undefined at the end. `limit`: the size of the file. */
  async next(limit: number): Promise<SoundFrame | Damage | undefined> {
    const offset = this.#offset
    if (offset >= limit) return undefined
    const header = decodeFrameHeader(await this.#read(offset, FRAME_HEADER_BYTES, limit))
    if (header === undefined) {
      this.#offset = await this.#resync(offset + 1, limit)
      return this.#damage(offset, undefined, limit)
    }
    const bodyAt = offset + FRAME_HEADER_BYTES
    const end = Math.min(limit, bodyAt + header.length)
    const body = await this.#read(bodyAt, header.length, limit)
    this.#offset = end
    if (body.length === header.length && crcOf([body]) === header.crc) {
      return { isSound: true, offset, header, body }
    }
    return this.#damage(offset, header, limit)
  }

  /** Where the next sound header begins from here on; `limit` if there is none. */
  async #resync(from: number, limit: number): Promise<number> {
    for (let at = from; at < limit; ) {
      const bytes = await this.#read(at, Math.min(CHUNK_BYTES, limit - at), limit)
      if (bytes.length < FRAME_HEADER_BYTES) break
      for (let found = bytes.indexOf(FRAME_MAGIC); found >= 0; ) {
        const header = decodeFrameHeader(await this.#read(at + found, FRAME_HEADER_BYTES, limit))
        if (header !== undefined) return at + found
        found = bytes.indexOf(FRAME_MAGIC, found + 1)
      }
      // A magic may lie across the end of the chunk.
      at += bytes.length - FRAME_MAGIC.length + 1
    }
    return limit
  }

  #damage(offset: number, header: FrameHeader | undefined, limit: number): Damage {
    return { isSound: false, offset, end: this.#offset, header, isLast: this.#offset >= limit }
  }

  /** Fewer bytes only at the end of the file. */
  async #read(at: number, length: number, limit: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, limit - at))
    const start = at - this.#chunkAt
    if (start >= 0 && start + wanted <= this.#chunk.length) {
      return this.#chunk.subarray(start, start + wanted)
    }
    const size = Math.min(limit - at, Math.max(wanted, CHUNK_BYTES))
    const chunk = Buffer.allocUnsafeSlow(Math.max(0, size))
    let filled = 0
    while (filled < chunk.length) {
      const { bytesRead } = await this.handle.read(
        chunk,
        filled,
        chunk.length - filled,
        at + filled,
      )
      if (bytesRead === 0) break
      filled += bytesRead
    }
    this.#chunk = chunk.subarray(0, filled)
    this.#chunkAt = at
    return this.#chunk.subarray(0, wanted)
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}
