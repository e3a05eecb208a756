import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../../errors.ts'
import {
  decodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentName,
  segmentNumberOf,
  stuckName,
  stuckNumberOf,
} from './format.ts'
import { newerVersion } from './newer-version.ts'
import { PositionFile } from './position-file.ts'
import { SegmentReader } from './segment-reader.ts'

interface InspectedSegment {
  readonly file: string
  readonly bytes: number
  readonly frames: number
  readonly events: number
  /** Of them: not settled. */
  readonly waiting: number
  /** Date.now() when its first and last frame were written. */
  readonly oldestMs: number | undefined
  readonly newestMs: number | undefined
  readonly damage: readonly { readonly offset: number; readonly bytes: number }[]
  readonly isHeaderDamaged: boolean
}

/** A file of events that were stored again. */
interface InspectedStuck {
  readonly file: string
  readonly bytes: number
  /** All of them are sent again by the next start. */
  readonly events: number
  readonly isDamaged: boolean
}

export interface Inspected {
  /** The number of the oldest event that is not settled; undefined if the file is missing or damaged. */
  readonly position: number | undefined
  readonly segments: readonly InspectedSegment[]
  readonly stuck: readonly InspectedStuck[]
  /** Files with damaged parts that the agent has set aside. */
  readonly setAside: readonly string[]
  /** Bytes at the end that are no whole frame: of a write under way, or of one that was cut short. */
  readonly unfinishedBytes: number
}

/**
 * Reads a whole queue, also one that an agent uses, and changes nothing.
 *
 * @throws AgentError `OPEN_FAILED` if a newer version has written it; the system's error
 */
export async function inspect(folder: string): Promise<Inspected> {
  const names = await readdir(folder)
  const position = await positionIn(folder)
  const numbers = names.map(segmentNumberOf).filter(each => each !== undefined)
  const segments: InspectedSegment[] = []
  let unfinishedBytes = 0
  for (const number of numbers.sort((a, b) => a - b)) {
    const found = await inspectFile(folder, segmentName(number), number, position ?? 0)
    if (found === undefined) continue
    const { unfinished, ...segment } = found
    if (number === numbers.at(-1)) unfinishedBytes = unfinished
    else if (unfinished > 0) {
      segment.damage.push({ offset: segment.bytes - unfinished, bytes: unfinished })
    }
    segments.push(segment)
  }
  const stuck: InspectedStuck[] = []
  for (const number of names.map(stuckNumberOf).filter(each => each !== undefined)) {
    const found = await inspectFile(folder, stuckName(number), number, 0)
    if (found === undefined) continue
    const { file, bytes, events, damage, unfinished, isHeaderDamaged } = found
    const isDamaged = isHeaderDamaged || damage.length > 0 || unfinished > 0 || events === 0
    stuck.push({ file, bytes, events, isDamaged })
  }
  const setAside = names.filter(name => name.endsWith('.bad')).sort()
  return { position, segments, stuck, setAside, unfinishedBytes }
}

async function positionIn(folder: string): Promise<number | undefined> {
  try {
    return (await PositionFile.read(folder))?.sequence
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Undefined if it is gone meanwhile. */
async function inspectFile(folder: string, file: string, number: number, position: number) {
  const path = join(folder, file)
  const reader = await SegmentReader.open(path, SEGMENT_HEADER_BYTES).catch(error => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (reader === undefined) return undefined
  try {
    const { size: bytes } = await stat(path)
    const head = Buffer.alloc(SEGMENT_HEADER_BYTES)
    await reader.handle.read(head, 0, head.length, 0)
    const header = decodeSegmentHeader(head)
    if (header !== undefined && 'newer' in header) throw newerVersion(path, header.newer)
    const isHeaderDamaged = header?.number !== number
    const damage: { offset: number; bytes: number }[] = []
    let [frames, events, waiting, unfinished] = [0, 0, 0, 0]
    let oldestMs: number | undefined
    let newestMs: number | undefined
    for (let each = await reader.next(bytes); each; each = await reader.next(bytes)) {
      if (each.isSound) {
        const { count, first, atMs } = each.header
        frames++
        events += count
        waiting += Math.max(0, Math.min(count, first + count - position))
        oldestMs ??= atMs
        newestMs = atMs
      } else if (each.isLast) unfinished = each.end - each.offset
      else damage.push({ offset: each.offset, bytes: each.end - each.offset })
    }
    const times = { oldestMs, newestMs }
    const counts = { bytes, frames, events, waiting }
    return { file, ...counts, ...times, damage, isHeaderDamaged, unfinished }
  } finally {
    await reader.close()
  }
}
