import { readFileSync, writeFileSync } from 'node:fs'
import {
  decodeFrameHeader,
  FRAME_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
} from '../../../../lib/pipeline/queues/disk/format.ts'

/** Where each frame of a segment begins, and the end of the last. */
export function framesOf(bytes: Buffer): readonly number[] {
  const begins: number[] = []
  for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; ) {
    begins.push(at)
    at += FRAME_HEADER_BYTES + (decodeFrameHeader(bytes, at)?.length ?? bytes.length)
  }
  return [...begins, bytes.length]
}

/** Every byte of the header of a frame, every fifth of what follows, and the last one. */
export function bytesOf(from: number, to: number): readonly number[] {
  const all = Array.from({ length: to - from }, (_, at) => at)
  const some = all.filter(at => at < FRAME_HEADER_BYTES || at % 5 === 0 || at === to - from - 1)
  return some.map(at => from + at)
}

export function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ 0x10
  writeFileSync(file, bytes)
}
