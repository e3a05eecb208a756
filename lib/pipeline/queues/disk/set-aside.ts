import { type FileHandle, open, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { segmentName } from './format.ts'

/** Enough to look at, and no way to fill the disk. */
const MAX_BYTES = 4 * 1024 * 1024
const MAX_FILES = 16

const SUFFIX = '.bad'

/**
 * Copies what could not be read into a file of its own, `SEGMENT-OFFSET.bad`, for whoever wants to look at it.
 * Returns its name; undefined if there is none, which is no reason to stop.
 */
export async function setAside(
  folder: string,
  segment: number,
  source: FileHandle,
  [from, to]: readonly [from: number, to: number],
): Promise<string | undefined> {
  const name = `${segmentName(segment).replace(/\.seg$/, '')}-${from}${SUFFIX}`
  const path = join(folder, name)
  try {
    const names = await readdir(folder)
    // It was found before, and the segment is still there.
    if (names.includes(name)) return name
    if (names.filter(each => each.endsWith(SUFFIX)).length >= MAX_FILES) return undefined
    const bytes = Buffer.alloc(Math.min(MAX_BYTES, to - from))
    const { bytesRead } = await source.read(bytes, 0, bytes.length, from)
    const target = await open(path, 'wx', 0o600)
    try {
      await target.writeFile(bytes.subarray(0, bytesRead))
    } catch (error) {
      await unlink(path)
      throw error
    } finally {
      await target.close()
    }
    return name
  } catch {
    return undefined
  }
}
