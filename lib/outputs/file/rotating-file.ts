import { fstatSync, type Stats, writev as writevOf } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { syncFolder } from '../../folders.ts'
import { makeKept } from './kept-folder.ts'
import { rotationSteps } from './rotation.ts'
import { endTornLine } from './torn-line.ts'

// Why not the npm package rotating-file-stream (3.2.10): on a full disk it reports a partial write as
// complete, and after the first failed write the stream is destroyed, so that nothing can be retried. Both
// were seen on a tmpfs of 64 kB.
//
// A batch takes one trip to the thread pool, its write. Whether the file was removed is asked of the
// descriptor afterwards (fstat without a trip), so that what went into a removed file is written again.
// Whether it was moved is asked of its name, which takes a trip: at most once in FOLLOW_MS.

/** When lines are synced to the disk: never, once a second, or before each append resolves. */
export const SYNC_MODES = ['none', 'interval', 'batch'] as const
export type SyncMode = (typeof SYNC_MODES)[number]

export interface RotatingFileSettings {
  /** Absolute. */
  readonly path: string
  /** The maximum size of a file. Only a single longer line makes a larger file. */
  readonly maxBytes: number
  /** How many rotated files (`path.1` is the newest) to keep. */
  readonly backups: number
  /** Mode of every file, whatever the umask. */
  readonly mode: number
  readonly sync: SyncMode
}

/** The result of an append; without an error, everything was written. */
interface Appended {
  /** The bytes that the kernel has accepted, always whole lines. */
  readonly written: number
  readonly error?: unknown
}

const NEWLINE = 10

/** The longest time that lines go on into a file that was moved away. */
const FOLLOW_MS = 100

/** The longest time between an append and its sync with `sync: interval`. */
const SYNC_INTERVAL_MS = 1_000

const writev = promisify(writevOf)

/**
 * A file of lines that is rotated by size and stays usable after any error. Only one call at a time.
 *
 * The file contains a line completely or not at all: the fragment of a line is cut off after an error, and a
 * line torn by a crash is ended before the next one. A file that was moved or removed is created again.
 */
export class RotatingFile {
  readonly #settings: RotatingFileSettings
  #handle: FileHandle | undefined
  #size = 0
  #followedMs = Number.NEGATIVE_INFINITY
  /** Runs while something waits for the sync of `sync: interval`. */
  #syncTimer: NodeJS.Timeout | undefined
  /** Why the last sync failed, until somebody has been told. */
  #syncError: unknown

  private constructor(settings: RotatingFileSettings) {
    this.#settings = settings
  }

  /** Creates the folder if it is missing. Rejects with the system's error. */
  static async open(settings: RotatingFileSettings): Promise<RotatingFile> {
    const file = new RotatingFile(settings)
    await file.#open()
    return file
  }

  /** `chunks` must be whole lines. Never rejects; after an error, the caller may retry from `written`. */
  async append(chunks: readonly Uint8Array[]): Promise<Appended> {
    const appended = await this.#appendLines(chunks)
    if (this.#settings.sync === 'batch') await this.#datasync(this.#handle)
    if (this.#settings.sync === 'interval') this.#syncSoon()
    const error = this.#takeSyncError()
    // The kernel reports a loss once: the next sync can succeed, although lines are missing on the disk.
    return error === undefined ? appended : { written: 0, error }
  }

  async #appendLines(chunks: readonly Uint8Array[]): Promise<Appended> {
    let written = 0
    try {
      await this.#follow()
      const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      if (
        length <= this.#settings.maxBytes - this.#size &&
        (await this.#writeAll(chunks, length))
      ) {
        return { written: length }
      }
      const lines = Buffer.concat(chunks)
      while (written < lines.length) {
        const end = this.#fitting(lines, written)
        if (end === written) await this.#switchFile()
        else written += await this.#write(lines.subarray(written, end))
      }
      return { written }
    } catch (error) {
      return error instanceof Torn
        ? { written: written + error.whole, error: error.cause }
        : { written, error }
    }
  }

  /** Switches to an empty file, unless the current one is empty. */
  async rotate(): Promise<void> {
    if (this.#size > 0) await this.#switchFile()
  }

  /** Rejects if lines could not be synced. */
  async close(): Promise<void> {
    await this.#leave()
    const error = this.#takeSyncError()
    if (error !== undefined) throw error
  }

  async #open(): Promise<FileHandle> {
    const { path, mode, sync } = this.#settings
    await makeKept(dirname(path))
    const handle = await open(path, 'a+', mode)
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) throw new Error(`${path} is not a regular file`)
      await handle.chmod(mode)
      this.#size = stats.size + (await endTornLine(handle, stats.size))
      // Its name, and those of rotated files.
      if (sync !== 'none' && stats.size === 0) await syncFolder(dirname(path))
    } catch (error) {
      await handle.close()
      throw error
    }
    this.#handle = handle
    this.#followedMs = performance.now()
    return handle
  }

  /** Opens the file if it is not open, or if the open file no longer has that name. */
  async #follow(): Promise<void> {
    const now = performance.now()
    if (this.#handle !== undefined && now - this.#followedMs < FOLLOW_MS) return
    if (this.#handle !== undefined) {
      const theirs = await stat(this.#settings.path).catch(() => undefined)
      const ours = statOf(this.#handle)
      this.#followedMs = now
      if (ours !== undefined && ours.ino === theirs?.ino && ours.dev === theirs.dev) {
        this.#size = ours.size
        return
      }
      await this.#leave()
    }
    await this.#open()
  }

  /** The end of the lines that fit into the file; `from` if the file must be rotated first. */
  #fitting(lines: Buffer, from: number): number {
    const room = this.#settings.maxBytes - this.#size
    const cut = room > 0 ? lines.lastIndexOf(NEWLINE, from + room - 1) + 1 : from
    if (cut > from) return cut
    return this.#size > 0 ? from : lines.indexOf(NEWLINE, from) + 1
  }

  async #switchFile(): Promise<void> {
    const { path, backups } = this.#settings
    const folder = dirname(path)
    await this.#leave()
    for (const step of rotationSteps(await readdir(folder), basename(path), backups)) {
      if ('remove' in step) await rm(join(folder, step.remove), { force: true })
      else await rename(join(folder, step.rename), join(folder, step.to))
    }
    await this.#open()
  }

  /** Writes chunks that fit into the file; false if that file was removed meanwhile. */
  async #writeAll(chunks: readonly Uint8Array[], length: number): Promise<boolean> {
    const handle = this.#handle ?? (await this.#open())
    const { bytesWritten } = await writev(handle.fd, [...chunks])
    if (bytesWritten < length) {
      // A full disk, for one: the next write then fails with the reason.
      await this.#finish(handle, Buffer.concat(chunks), bytesWritten)
    } else {
      this.#size += bytesWritten
    }
    return this.#isStillThere(handle)
  }

  async #write(lines: Buffer): Promise<number> {
    const handle = this.#handle ?? (await this.#open())
    await this.#finish(handle, lines, 0)
    return (await this.#isStillThere(handle)) ? lines.length : 0
  }

  async #finish(handle: FileHandle, lines: Buffer, from: number): Promise<void> {
    let written = from
    try {
      while (written < lines.length) {
        written += (await handle.write(lines, written)).bytesWritten
      }
    } catch (cause) {
      throw await this.#cutTorn(handle, lines, written, cause)
    }
    this.#size += written
  }

  /** A file that was removed takes its lines along: it is left, and they have to be written again. */
  async #isStillThere(handle: FileHandle): Promise<boolean> {
    if (fstatSync(handle.fd).nlink > 0) return true
    await this.#leave()
    await this.#open()
    return false
  }

  /** Closes the file, after the sync that its lines wait for. */
  async #leave(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    clearTimeout(this.#syncTimer)
    this.#syncTimer = undefined
    if (this.#settings.sync !== 'none') await this.#datasync(handle)
    await handle?.close() // waits for a sync that a timer has begun
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined
      void this.#datasync(this.#handle)
    }, SYNC_INTERVAL_MS).unref()
  }

  /** Never rejects: the next append tells of an error, or `close`. */
  async #datasync(handle: FileHandle | undefined): Promise<void> {
    try {
      await handle?.datasync()
    } catch (error) {
      this.#syncError = error
    }
  }

  #takeSyncError(): unknown {
    const error = this.#syncError
    this.#syncError = undefined
    return error
  }

  /** After an error behind `written` bytes of `lines`: cuts the file back to whole lines. */
  async #cutTorn(
    handle: FileHandle,
    lines: Buffer,
    written: number,
    cause: unknown,
  ): Promise<Torn> {
    const { size, nlink } = fstatSync(handle.fd)
    // Others may append as well: what they have written must not be cut off.
    const isOursAlone = size === this.#size + written
    // Lines in a removed file are lost.
    const whole = written === 0 || nlink === 0 ? 0 : lines.lastIndexOf(NEWLINE, written - 1) + 1
    this.#size += whole
    try {
      if (!isOursAlone || nlink === 0)
        await this.#leave() // Opening the file again ends a torn line.
      else if (written > whole) await handle.truncate(this.#size)
    } catch {
      await this.#leave()
    }
    return new Torn(whole, cause)
  }
}

/** A write that failed after `whole` bytes, which are whole lines. */
class Torn extends Error {
  readonly whole: number

  constructor(whole: number, cause: unknown) {
    super('torn write', { cause })
    this.whole = whole
  }
}

/** Undefined if the descriptor is of no use any more, as where a file server has lost the file (ESTALE). */
function statOf({ fd }: FileHandle): Stats | undefined {
  try {
    return fstatSync(fd)
  } catch {
    return undefined
  }
}
