// Opens the folder of a queue and mends it by itself, in the time that headers take, whatever its size.
//
//   segments   by the numbers in their names; an empty one is removed, one without a sound header is searched
//              for frames, other files are left alone, a missing one is a gap in the numbers of events
//   position   the later of its two slots; if neither is sound, the oldest event there is
//   the end    is looked for behind the end that the position knows: at most so many bytes are read as are
//              written between two positions. What is torn there is cut off.
//
// Settled segments that are still there (a crash came between the position and the removal) are removed.

import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { DiskQueueSettings } from '../../../config/config.ts'
import { codeOf } from '../../../errors.ts'
import { makeFolder, syncFolder } from '../../../folders.ts'
import {
  decodeSegmentHeader,
  FRAME_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentName,
  segmentNumberOf,
} from './format.ts'
import { newerVersion } from './newer-version.ts'
import { PositionFile } from './position-file.ts'
import { type Damage, SegmentReader } from './segment-reader.ts'
import { writing } from './segment-writer.ts'
import { type Segment, Segments } from './segments.ts'
import { setAside } from './set-aside.ts'
import { type FoundStuck, findStuck } from './stuck/find.ts'

/** Segments whose headers are read together: a slow disk answers many at once as fast as one. */
const AT_ONCE = 32

/** Something that was mended, worded for the log. */
interface Finding {
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A queue as it was found. */
export interface Recovered {
  readonly position: PositionFile
  readonly segments: Segments
  /** Of the last segment, if frames can be added to it. */
  readonly handle: FileHandle | undefined
  /** The number of the oldest event that is not settled. */
  readonly first: number
  /** The number of the next event. */
  readonly next: number
  /** Events that are not settled. */
  readonly events: number
  /** Files of events that were stored again. */
  readonly stuck: readonly FoundStuck[]
  readonly findings: readonly Finding[]
}

/** @throws AgentError `OPEN_FAILED` if a newer version has written it; the system's error */
export async function recover(settings: DiskQueueSettings): Promise<Recovered> {
  const { path, segment_size, sync } = settings
  makeFolder(path, 0o700)
  const findings: Finding[] = []
  const found = await segmentsIn(path, findings)
  const stuck = await findStuck(path)
  findings.push(...stuck.findings)
  const { file: position, found: slot, isDamaged, isPerhapsOld } = await PositionFile.open(path)
  let opened: FileHandle | undefined
  try {
    const end = await endOf(path, writing(sync), found.at(-1), slot?.end, findings)
    opened = end.handle
    const oldest = found[0]?.first ?? 0
    if (slot === undefined && found.length > 0) {
      const what = isDamaged ? 'damaged' : 'missing'
      const message = `Disk queue: the position is ${what}; events are sent again from the oldest on`
      findings.push({ message, fields: { path } })
    }
    // Settled segments are removed after a sync of the position: what is missing behind it was not settled.
    const isTold = slot !== undefined && !isPerhapsOld && sync !== 'none'
    const first = isTold ? slot.sequence : Math.max(slot?.sequence ?? 0, oldest)
    const next = Math.max(first, end.sequence, slot?.end.sequence ?? 0)
    if (slot !== undefined && slot.sequence > end.sequence && found.length > 0) {
      const message =
        'Disk queue: the position is behind the end; all events before it count as settled'
      findings.push({ message, fields: { path, events: slot.sequence - end.sequence } })
    }
    const isSound = found.at(-1)?.isSound === true
    const handle = isSound && end.size < segment_size ? end.handle : undefined
    if (handle === undefined) await end.handle?.close()
    const last = found.at(-1)
    const place = { segment: last?.number ?? 0, offset: last?.size ?? 0, sequence: end.sequence }
    await position.begin({ sequence: first, end: place })
    if (sync !== 'none') await position.sync()
    const highest = Math.max(0, ...(await numbersIn(path)))
    const segments = new Segments(found, highest + 1, next)
    for (let old = segments.settledBefore(first); old; old = segments.settledBefore(first)) {
      await unlink(join(path, segmentName(old.number)))
      segments.remove(old)
    }
    if (sync !== 'none') await syncFolder(path)
    const events = stuck.files.reduce((sum, each) => sum + each.events, next - first)
    return { position, segments, handle, first, next, events, stuck: stuck.files, findings }
  } catch (error) {
    await opened?.close()
    await position.close()
    throw error
  }
}

async function numbersIn(folder: string): Promise<readonly number[]> {
  const numbers = (await readdir(folder)).map(segmentNumberOf).filter(each => each !== undefined)
  return numbers.sort((a, b) => a - b)
}

async function segmentsIn(folder: string, findings: Finding[]): Promise<Segment[]> {
  const numbers = await numbersIn(folder)
  const segments: Segment[] = []
  for (let at = 0; at < numbers.length; at += AT_ONCE) {
    const some = numbers.slice(at, at + AT_ONCE)
    const found = await Promise.all(some.map(number => segmentIn(folder, number, findings)))
    segments.push(...found.filter(segment => segment !== undefined))
  }
  return segments
}

/** Undefined for what is none, or holds no event. */
async function segmentIn(
  folder: string,
  number: number,
  findings: Finding[],
): Promise<Segment | undefined> {
  const path = join(folder, segmentName(number))
  const opened = await openSegment(path)
  if (opened === undefined) return undefined
  const { handle, stats } = opened
  try {
    const segment = await segmentOf(handle, number, stats.size, path).catch(unreadable)
    if (segment === undefined) await discard(path, stats.size, findings)
    if (segment?.isSound === false) {
      const message =
        'Disk queue: the header of a segment is damaged; its events are read all the same'
      findings.push({ message, fields: { segment: path } })
    }
    return segment
  } finally {
    await handle.close()
  }
}

/** Undefined for what is no file. */
async function openSegment(
  path: string,
): Promise<{ handle: FileHandle; stats: Stats } | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(error => {
    if (codeOf(error) === 'ELOOP') return undefined
    throw error
  })
  if (handle === undefined) return undefined
  const stats = await handle.stat()
  if (stats.isFile()) return { handle, stats }
  await handle.close()
  return undefined
}

/** Undefined if there is no event in it. */
async function segmentOf(
  handle: FileHandle,
  number: number,
  size: number,
  path: string,
): Promise<Segment | undefined> {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
  const header = decodeSegmentHeader(bytes.subarray(0, bytesRead))
  if (header !== undefined && 'newer' in header) throw newerVersion(path, header.newer)
  if (header?.number === number) {
    return { number, first: header.first, begin: SEGMENT_HEADER_BYTES, size, isSound: true }
  }
  const reader = SegmentReader.of(handle, 0)
  for (let each = await reader.next(size); each !== undefined; each = await reader.next(size)) {
    if (each.isSound)
      return { number, first: each.header.first, begin: each.offset, size, isSound: false }
  }
  return undefined
}

/** A part of the disk that can't be read is treated as damage. */
function unreadable(error: unknown): undefined {
  if (codeOf(error) !== 'EIO') throw error
}

/** An empty file is what a crash leaves of a segment that has just begun. */
async function discard(path: string, size: number, findings: Finding[]): Promise<void> {
  if (size <= SEGMENT_HEADER_BYTES) return unlink(path)
  await rename(path, path.replace(/\.seg$/, '.bad'))
  const message = 'Disk queue: a segment holds no event that can be read, and was set aside'
  findings.push({ message, fields: { segment: path, bytes: size } })
}

interface End {
  /** One behind the number of the last event. */
  readonly sequence: number
  readonly size: number
  readonly handle: FileHandle | undefined
}

/** Finds the last whole frame, and cuts off what is behind it. */
async function endOf(
  folder: string,
  flags: number,
  segment: Segment | undefined,
  known:
    | { readonly segment: number; readonly offset: number; readonly sequence: number }
    | undefined,
  findings: Finding[],
): Promise<End> {
  if (segment === undefined) return { sequence: 0, size: 0, handle: undefined }
  const path = join(folder, segmentName(segment.number))
  const handle = await open(path, flags)
  try {
    const isKnown = known?.segment === segment.number && known.offset <= segment.size
    const from = isKnown ? Math.max(segment.begin, known.offset) : segment.begin
    const reader = SegmentReader.of(handle, from)
    let sequence = isKnown ? Math.max(segment.first, known.sequence) : segment.first
    let torn: Damage | undefined
    for (;;) {
      const at = reader.offset
      const each = await reader.next(segment.size).catch(error => {
        unreadable(error)
        // Its events would have numbers that new ones get.
        reader.skipTo(segment.size)
        return damageFrom(at, segment.size)
      })
      if (each === undefined) break
      // Damage in the middle is counted when it is read.
      if (each.isSound) sequence = Math.max(sequence, each.header.first + each.header.count)
      else if (each.isLast) torn = each
    }
    if (torn !== undefined) {
      await cut(folder, segment, handle, torn, findings)
      segment.size = torn.offset
    }
    return { sequence, size: segment.size, handle }
  } catch (error) {
    await handle.close()
    throw error
  }
}

function damageFrom(offset: number, end: number): Damage {
  return { isSound: false, offset, end, header: undefined, isLast: true }
}

async function cut(
  folder: string,
  { number }: Segment,
  handle: FileHandle,
  { offset, end, header }: Damage,
  findings: Finding[],
): Promise<void> {
  const segment = segmentName(number)
  const fields = { segment: join(folder, segment), bytes: end - offset, events: header?.count }
  // A write that was cut short ends early. A whole frame with other bytes is damage, or of a power cut.
  const isWhole = header !== undefined && end - offset === FRAME_HEADER_BYTES + header.length
  if (isWhole) await setAside(folder, number, handle, [offset, end])
  await handle.truncate(offset)
  const message = isWhole
    ? 'Disk queue: the last frame is damaged, and was set aside'
    : 'Disk queue: the end of the last write is missing, and its beginning was cut off'
  findings.push({ message, fields })
}
