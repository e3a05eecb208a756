import { promisify } from 'node:util'
import { deflate, gzip } from 'node:zlib'

const [gzipOf, deflateOf] = [promisify(gzip), promisify(deflate)]

/**
 * A batch has room in it, compressed: Node goes to a thread and back for each piece of the result, which else has
 * 16 KiB, and most of the time that the main thread has for it goes into those ways.
 */
const PIECE_BYTES = 128 * 1024

/** RFC 1952. `level`: 1 (fast) to 9 (small). */
export function gzipped(bytes: Uint8Array, level: number): Promise<Buffer> {
  return gzipOf(bytes, { level, chunkSize: PIECE_BYTES })
}

/** RFC 1950. `level`: 1 (fast) to 9 (small). */
export function deflated(bytes: Uint8Array, level: number): Promise<Buffer> {
  return deflateOf(bytes, { level, chunkSize: PIECE_BYTES })
}
