// Events that their output will never take, on disk until somebody looks at them.
//
//   FOLDER/dead-000001.ndjson …   entries, oldest file first; each file holds a tenth of max_bytes
//   FOLDER/replay/                files that are to be sent again                              (replay.ts)
//
// An event counts as settled once its entry is on disk: written, and fsynced with its folder. A file is opened for
// each addition and named anew by whoever wants it replayed, so that a command can work beside a running agent.
// An entry whose end is missing was never confirmed to anybody: it is cut off before the next one is written.
// With max_bytes the oldest file gives way, and its events are counted as lost.

import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, syncFolder } from '../../folders.ts'
import { type DeadEvent, encodeEntry } from './entry.ts'

export interface DeadLetterSettings {
  readonly folder: string
  /** The name of the output. */
  readonly output: string
  /** What all files together may hold; 0: no limit. */
  readonly maxBytes: number
}

/** Where a delivery leaves the events that its output refuses for good. */
export interface DeadLetter {
  /** Resolves once all of them are on disk. Rejects if they are not: then the caller tries again. */
  add(events: readonly DeadEvent[]): Promise<void>
}

const NAME = /^dead-(\d{6,15})\.ndjson$/
const FILES = 10
const NEWLINE = 10
/** Read at once to find the end of the last entry. */
const CHUNK_BYTES = 64 * 1024

export class DeadLetterStore implements DeadLetter {
  readonly #settings: DeadLetterSettings
  /** Is told of events that gave way to newer ones. */
  readonly #lose: (events: number) => void
  #last: Promise<void> = Promise.resolve()

  /** Makes the folder: what is outside of `path.data` can be made only before the seal. */
  constructor(settings: DeadLetterSettings, lose: (events: number) => void) {
    this.#settings = settings
    this.#lose = lose
    makeFolder(join(settings.folder, REPLAY), 0o700)
  }

  add(events: readonly DeadEvent[]): Promise<void> {
    return this.alone(() => this.#add(events))
  }

  /** Runs `act` while nothing is added. */
  alone<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#last.then(act)
    this.#last = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  async #add(events: readonly DeadEvent[]): Promise<void> {
    const { folder, output, maxBytes } = this.#settings
    const time = new Date().toISOString()
    const bytes = Buffer.from(events.map(each => encodeEntry(output, each, time)).join(''))
    const files = await deadFiles(folder)
    const path = join(folder, await this.#fileFor(files, bytes.length))
    await append(path, bytes)
    await syncFolder(folder)
    if (maxBytes > 0) await this.#makeRoom()
  }

  /** The newest file, or the next one where that is full. */
  async #fileFor(files: readonly string[], bytes: number): Promise<string> {
    const { folder, maxBytes } = this.#settings
    const newest = files.at(-1)
    if (newest === undefined) return nameOf(1)
    if (maxBytes === 0) return newest
    const { size } = await stat(join(folder, newest))
    const isFull = size > 0 && size + bytes > maxBytes / FILES
    return isFull ? nameOf(numberOf(newest) + 1) : newest
  }

  async #makeRoom(): Promise<void> {
    const { folder, maxBytes } = this.#settings
    const files = await deadFiles(folder)
    const sizes = await Promise.all(files.map(async file => (await stat(join(folder, file))).size))
    let total = sizes.reduce((sum, size) => sum + size, 0)
    for (const [at, file] of files.slice(0, -1).entries()) {
      if (total <= maxBytes) return
      const path = join(folder, file)
      const events = await countLines(path)
      await unlink(path)
      total -= sizes[at] ?? 0
      this.#lose(events)
    }
  }
}

/** An output may have any name, with a slash too. */
export function deadLetterFolder(data: string, output: string): string {
  return join(data, 'dead-letter', encodeURIComponent(output))
}

/** The folder below it whose files are sent again. */
export const REPLAY = 'replay'

/** Names of the files of dead events, oldest first. */
export async function deadFiles(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter(name => NAME.test(name))
  return names.sort((a, b) => numberOf(a) - numberOf(b))
}

function nameOf(number: number): string {
  return `dead-${String(number).padStart(6, '0')}.ndjson`
}

function numberOf(name: string): number {
  return Number(NAME.exec(name)?.[1])
}

async function append(path: string, bytes: Buffer): Promise<void> {
  const handle = await open(path, 'a+', 0o600)
  try {
    const { size } = await handle.stat()
    const whole = await endOfEntries(handle, size)
    if (whole < size) await handle.truncate(whole)
    try {
      await handle.appendFile(bytes)
      await handle.datasync()
    } catch (error) {
      // A part of it would be cut off next time; without it the disk has a little more room meanwhile.
      await handle.truncate(whole).catch(() => undefined)
      throw error
    }
  } finally {
    await handle.close()
  }
}

/** The offset behind the last line that has its end. */
async function endOfEntries(handle: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size))
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - buffer.length)
    const { bytesRead } = await handle.read(buffer, 0, end - start, start)
    const at = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE)
    if (at >= 0) return start + at + 1
    end = start
  }
  return 0
}

async function countLines(path: string): Promise<number> {
  let count = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count++
  }
  return count
}
