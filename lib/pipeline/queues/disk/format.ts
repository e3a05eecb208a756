// The files of the queue on the disk, version 1. All numbers are little-endian; docs/disk-queue.md draws them.
//
//   segment   a header of 40 bytes, then frames; one, if its events were stored again
//   frame     a header of 48 bytes, then what is kept beside its events (JSON), then their lines
//   slot      a position, 512 bytes: two of them make the file `position`
//
// Every header has a checksum of its own, so that a length can be trusted before the body is read, and a frame
// is found again by its magic after damage. The magic holds bytes that no UTF-8 has.

import { crc32 } from 'node:zlib'

/** A newer one is refused, an older one would be read. */
export const FORMAT_VERSION = 1

const SEGMENT_MAGIC = Buffer.from('SEALBTQ\n')
const SLOT_MAGIC = Buffer.from('SEALBTP\n')
export const FRAME_MAGIC: Uint8Array = Buffer.from([0xf5, 0x53, 0x46, 0xfe])

export const SEGMENT_HEADER_BYTES = 40
export const FRAME_HEADER_BYTES = 48
export const SLOT_BYTES = 512

const SEGMENT_NAME = /^(\d{16})\.seg$/
const STUCK_NAME = /^stuck-(\d{16})\.seg$/

interface SegmentHeader {
  readonly number: number
  /** Of the first event that was going to be written to it. */
  readonly first: number
}

export interface FrameHeader {
  /** Of the body: what is kept beside the events, and the lines. */
  readonly length: number
  readonly crc: number
  /** Events. */
  readonly count: number
  /** The number of its first event. */
  readonly first: number
  /** Of the JSON at the beginning of the body. */
  readonly metaLength: number
  /** Date.now() when it was written. */
  readonly atMs: number
}

/** Where the queue is: every event with a smaller number is settled. */
export interface Position {
  readonly sequence: number
  /** Where the last known frame ends: the search for the end of the queue begins there. */
  readonly end: {
    readonly segment: number
    readonly offset: number
    readonly sequence: number
  }
}

export interface Slot extends Position {
  /** The slot with the larger one counts. */
  readonly generation: number
}

/** Undefined: damaged, or another file. A number: written by this newer version. */
type Decoded<T> = T | { readonly newer: number } | undefined

export function segmentName(number: number): string {
  return `${String(number).padStart(16, '0')}.seg`
}

/** The number in the name of a segment; undefined for any other file. */
export function segmentNumberOf(name: string): number | undefined {
  return numberOf(SEGMENT_NAME.exec(name))
}

/** The name of a file of events that were stored again. */
export function stuckName(number: number): string {
  return `stuck-${segmentName(number)}`
}

/** The number in such a name; undefined for any other file. */
export function stuckNumberOf(name: string): number | undefined {
  return numberOf(STUCK_NAME.exec(name))
}

/** No queue comes to larger ones, and those after them would have longer names. */
const MAX_NUMBER = 1e15

function numberOf(name: RegExpExecArray | null): number | undefined {
  const number = Number(name?.[1])
  return number < MAX_NUMBER ? number : undefined
}

export function encodeSegmentHeader({ number, first }: SegmentHeader): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  SEGMENT_MAGIC.copy(header)
  header.writeUInt32LE(FORMAT_VERSION, 8)
  header.writeBigUInt64LE(BigInt(number), 16)
  header.writeBigUInt64LE(BigInt(first), 24)
  return sealed(header, SEGMENT_HEADER_BYTES)
}

export function decodeSegmentHeader(header: Buffer): Decoded<SegmentHeader> {
  const found = opened(header, SEGMENT_MAGIC, SEGMENT_HEADER_BYTES)
  if (found !== true) return found
  return { number: numberAt(header, 16), first: numberAt(header, 24) }
}

export function encodeFrameHeader(frame: FrameHeader): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES)
  header.set(FRAME_MAGIC)
  header.writeUInt32LE(frame.length, 4)
  header.writeUInt32LE(frame.crc, 8)
  header.writeUInt32LE(frame.count, 12)
  header.writeBigUInt64LE(BigInt(frame.first), 16)
  // 24: flags, of which version 1 has none.
  header.writeUInt32LE(frame.metaLength, 28)
  header.writeBigUInt64LE(BigInt(frame.atMs), 32)
  return sealed(header, FRAME_HEADER_BYTES)
}

/** Undefined if there is no sound header here. */
export function decodeFrameHeader(bytes: Buffer, at = 0): FrameHeader | undefined {
  const header = bytes.subarray(at, at + FRAME_HEADER_BYTES)
  if (header.length < FRAME_HEADER_BYTES || !header.subarray(0, 4).equals(FRAME_MAGIC)) return
  if (!isSealed(header, FRAME_HEADER_BYTES)) return
  const frame = {
    length: header.readUInt32LE(4),
    crc: header.readUInt32LE(8),
    count: header.readUInt32LE(12),
    first: numberAt(header, 16),
    metaLength: header.readUInt32LE(28),
    atMs: numberAt(header, 32),
  }
  return frame.metaLength > frame.length ? undefined : frame
}

export function encodeSlot({ sequence, end, generation }: Slot): Buffer {
  const slot = Buffer.alloc(SLOT_BYTES)
  SLOT_MAGIC.copy(slot)
  slot.writeUInt32LE(FORMAT_VERSION, 8)
  const numbers = [generation, sequence, end.segment, end.offset, end.sequence]
  for (const [at, number] of numbers.entries()) slot.writeBigUInt64LE(BigInt(number), 16 + 8 * at)
  return sealed(slot, SLOT_BYTES)
}

export function decodeSlot(slot: Buffer): Decoded<Slot> {
  const found = opened(slot, SLOT_MAGIC, SLOT_BYTES)
  if (found !== true) return found
  const [generation = 0, sequence = 0, segment = 0, offset = 0, end = 0] = [0, 1, 2, 3, 4].map(at =>
    numberAt(slot, 16 + 8 * at),
  )
  return { generation, sequence, end: { segment, offset, sequence: end } }
}

/** The checksum of several buffers put together. */
export function crcOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((crc, chunk) => crc32(chunk, crc), 0)
}

/** The magic and the version come first, so that a newer version may change all that follows them. */
function opened(bytes: Buffer, magic: Buffer, length: number): Decoded<true> {
  if (bytes.length < 12 || !bytes.subarray(0, magic.length).equals(magic)) return undefined
  const version = bytes.readUInt32LE(8)
  const isSound = bytes.length >= length && isSealed(bytes, length)
  if (version === FORMAT_VERSION) return isSound || undefined
  // A flipped bit must not pass for a newer version: those keep their checksum at the end as well.
  return isSound && version > FORMAT_VERSION ? { newer: version } : undefined
}

function sealed(bytes: Buffer, length: number): Buffer {
  bytes.writeUInt32LE(crc32(bytes.subarray(0, length - 4)), length - 4)
  return bytes
}

function isSealed(bytes: Buffer, length: number): boolean {
  return bytes.readUInt32LE(length - 4) === crc32(bytes.subarray(0, length - 4))
}

function numberAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}
