import { crcOf } from './format.ts'

/** CRC-32 of buffers put together, zlib's; at once, or from a thread. */
export type Checksum = (chunks: readonly Uint8Array[]) => number | Promise<number>

/** Calls back from the thread pool. The buffers must not change meanwhile. */
type OnThread = (chunks: readonly Uint8Array[], done: (crc: number) => void) => void

/** Of fewer bytes the checksum takes less time than the way to a thread and back: 7 GB/s against some 50 µs. */
const WORTH_BYTES = 512 * 1024

/** Large ones on a thread of the pool, where the addon can do that: the main thread has the events to encode. */
export function checksumBy(native: OnThread | undefined): Checksum {
  return chunks => {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    if (native === undefined || bytes < WORTH_BYTES) return crcOf(chunks)
    return new Promise(resolve => native(chunks, resolve))
  }
}
