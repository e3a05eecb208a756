import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { rotationSteps } from './rotation.ts'

// Why not the npm package rotating-file-stream (3.2.10): on a full disk it reports a write of which
// only a part has landed as done, and after the first refused write the stream is destroyed for
// good, so that nothing can be tried again; both were seen on a 64 kB tmpfs.

export interface RotatingFileSettings {
  /** Absolute. */
  readonly path: string
  /** Bytes that the file may have. Only a single line longer than that makes a longer file. */
  readonly limit: number
  /** How many rotated files (`path.1` is the newest) to keep. */
  readonly backups: number
  /** Mode of every file, whatever the umask. */
  readonly mode: number
}

/** How far an append has come: all of it where there is no error. */
interface Appended {
  /** Bytes, always whole lines, that the kernel has. */
  readonly written: number
  readonly error?: unknown
}

const NEWLINE = 10

/**
 * A file of lines that is rotated by size and can go on after any error. One call at a time.
 *
 * A line is in the file as a whole or not at all: what is left of one after an error is cut off,
 * and one torn by a crash is ended before the next. A file that somebody has moved or removed is
 * made anew.
 */
export class RotatingFile {
  readonly #settings: RotatingFileSettings
  #handle: FileHandle | undefined
  #size = 0

  private constructor(settings: RotatingFileSettings) {
    this.#settings = settings
  }

  /** Makes the folder where it is missing. Rejects with the system's error. */
  static async open(settings: RotatingFileSettings): Promise<RotatingFile> {
    await mkdir(dirname(settings.path), { recursive: true, mode: 0o750 })
    const file = new RotatingFile(settings)
    await file.#open()
    return file
  }

  /** `lines` ends with a newline. Never rejects: what failed may be tried again, from `written`. */
  async append(lines: Buffer): Promise<Appended> {
    let written = 0
    try {
      await this.#follow()
      while (written < lines.length) {
        const end = this.#fitting(lines, written)
        if (end === written) await this.#turn()
        else written += await this.#write(lines.subarray(written, end))
      }
      return { written }
    } catch (error) {
      return error instanceof Torn
        ? { written: written + error.whole, error: error.cause }
        : { written, error }
    }
  }

  /** Turns to an empty file, unless the present one is empty. */
  async rotate(): Promise<void> {
    if (this.#size > 0) await this.#turn()
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  async #open(): Promise<FileHandle> {
    const { path, mode } = this.#settings
    const handle = await open(path, 'a+', mode)
    try {
      const { size } = await regular(handle, path)
      await handle.chmod(mode)
      this.#size = size + (await endTornLine(handle, size))
    } catch (error) {
      await handle.close()
      throw error
    }
    this.#handle = handle
    return handle
  }

  /** Opens the file where it is not open, or no longer the one of that name. */
  async #follow(): Promise<void> {
    if (this.#handle !== undefined) {
      const [ours, theirs] = await Promise.all([
        this.#handle.stat(),
        stat(this.#settings.path).catch(() => undefined),
      ])
      // Others may append as well: what they wrote is not to be cut off with a torn line of ours.
      this.#size = ours.size
      if (ours.ino === theirs?.ino && ours.dev === theirs.dev) return
      await this.close()
    }
    await this.#open()
  }

  /** Where to cut, so that the file stays within its limit; `from` where it must turn first. */
  #fitting(lines: Buffer, from: number): number {
    const room = this.#settings.limit - this.#size
    if (lines.length - from <= room) return lines.length
    const cut = room > 0 ? lines.lastIndexOf(NEWLINE, from + room - 1) + 1 : from
    if (cut > from) return cut
    return this.#size > 0 ? from : lines.indexOf(NEWLINE, from) + 1
  }

  async #turn(): Promise<void> {
    const { path, backups } = this.#settings
    const folder = dirname(path)
    await this.close()
    for (const step of rotationSteps(await readdir(folder), basename(path), backups)) {
      if ('remove' in step) await rm(join(folder, step.remove), { force: true })
      else await rename(join(folder, step.rename), join(folder, step.to))
    }
    await this.#open()
  }

  async #write(lines: Buffer): Promise<number> {
    const handle = this.#handle ?? (await this.#open())
    let written = 0
    try {
      // A write may be cut short, by a full disk for one; the next one then says why.
      while (written < lines.length) {
        written += (await handle.write(lines, written)).bytesWritten
      }
    } catch (cause) {
      throw await this.#cutTorn(handle, lines, written, cause)
    }
    this.#size += written
    return written
  }

  /** After `written` bytes of `lines` something failed: leaves the whole lines of them. */
  async #cutTorn(
    handle: FileHandle,
    lines: Buffer,
    written: number,
    cause: unknown,
  ): Promise<Torn> {
    const whole = written === 0 ? 0 : lines.lastIndexOf(NEWLINE, written - 1) + 1
    this.#size += whole
    try {
      if (written > whole) await handle.truncate(this.#size)
    } catch {
      // Opening the file again ends the line.
      await this.close().catch(() => undefined)
    }
    return new Torn(whole, cause)
  }
}

/** A write that has failed after `whole` bytes of whole lines. */
class Torn extends Error {
  readonly whole: number

  constructor(whole: number, cause: unknown) {
    super('torn write', { cause })
    this.whole = whole
  }
}

async function regular(handle: FileHandle, path: string): Promise<{ readonly size: number }> {
  const stats = await handle.stat()
  if (!stats.isFile()) throw new Error(`${path} is not a regular file`)
  return stats
}

/** How many bytes it took. Ending the line, not cutting it off: it may not be ours. */
async function endTornLine(handle: FileHandle, size: number): Promise<number> {
  if (size === 0) return 0
  const last = Buffer.alloc(1)
  await handle.read(last, 0, 1, size - 1)
  if (last[0] === NEWLINE) return 0
  await handle.write('\n')
  return 1
}
