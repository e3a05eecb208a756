import { constants } from 'node:fs'
import { lstat, open, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../../../errors.ts'
import {
  decodeFrameHeader,
  decodeSegmentHeader,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  SEGMENT_HEADER_BYTES,
  stuckName,
  stuckNumberOf,
} from '../format.ts'
import { newerVersion } from '../newer-version.ts'

const HEADERS_BYTES = SEGMENT_HEADER_BYTES + FRAME_HEADER_BYTES

/** A file with events that were stored again. */
export interface FoundStuck {
  readonly number: number
  /** All that are in it, also those that were settled meanwhile. */
  readonly events: number
  /** Of the file. */
  readonly bytes: number
}

/**
 * The files of events that were stored again, in their order. What of them is damaged is set aside, and what a crash
 * has left of one that was being written is removed: its events are in the queue as well.
 *
 * @throws AgentError `OPEN_FAILED` if a newer version has written one; the system's error
 */
export async function findStuck(folder: string) {
  const names = await readdir(folder)
  for (const name of names.filter(isUnfinished)) {
    const path = join(folder, name)
    if ((await lstat(path)).isFile()) await unlink(path)
  }
  const numbers = names.map(stuckNumberOf).filter(each => each !== undefined)
  const files: FoundStuck[] = []
  const findings: { message: string; fields: Readonly<Record<string, unknown>> }[] = []
  for (const number of numbers.sort((a, b) => a - b)) {
    const path = join(folder, stuckName(number))
    const found = await headersOf(path)
    if (found === undefined) continue
    const { frame, size, segment } = found
    const bytes = HEADERS_BYTES + (frame?.length ?? 0)
    // A copy under another name would have its events sent once more. As of segments, a damaged header is none.
    const isOwn = segment === undefined || segment.number === number
    if (frame !== undefined && bytes === size && isOwn && mayHoldItsEvents(frame)) {
      files.push({ number, events: frame.count, bytes })
    } else {
      await rename(path, path.replace(/\.seg$/, '.bad'))
      const message =
        'Disk queue: a file of events that were stored again is damaged, and was set aside'
      findings.push({ message, fields: { file: path, events: frame?.count } })
    }
  }
  return { files, findings }
}

function isUnfinished(name: string): boolean {
  return name.endsWith('.new') && stuckNumberOf(name.slice(0, -'.new'.length)) !== undefined
}

/** A line has two bytes at least, so that a count in a header can't be beyond all bounds. */
function mayHoldItsEvents({ count, length, metaLength }: FrameHeader): boolean {
  return count > 0 && count * 2 <= length - metaLength
}

/** Undefined for what is no file. */
async function headersOf(path: string) {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(error => {
    if (codeOf(error) === 'ELOOP') return undefined
    throw error
  })
  if (handle === undefined) return undefined
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) return undefined
    const head = Buffer.alloc(HEADERS_BYTES)
    // What can't be read is damaged.
    await handle.read(head, 0, head.length, 0).catch(error => {
      if (codeOf(error) !== 'EIO') throw error
    })
    const segment = decodeSegmentHeader(head.subarray(0, SEGMENT_HEADER_BYTES))
    if (segment !== undefined && 'newer' in segment) throw newerVersion(path, segment.newer)
    return { segment, frame: decodeFrameHeader(head, SEGMENT_HEADER_BYTES), size: stats.size }
  } finally {
    await handle.close()
  }
}
