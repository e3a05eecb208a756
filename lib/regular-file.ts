import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { codeOf } from './errors.ts'
import { userWords } from './trust/accounts.ts'

/** The contents of a file, and the result of fstat(2) for the descriptor that they were read from. */
export interface RegularFile {
  readonly bytes: Buffer
  readonly stats: Stats
  /** Device and inode: which file it is, by whatever name. */
  readonly id: string
}

/**
 * Reads a file of at most `maxBytes`. Never waits: a named pipe, a device or a folder is an error.
 *
 * @throws Error with a message for the user that doesn't name the file; its cause is the system's error, if
 * there was one
 */
export function readRegularFile(file: string, maxBytes: number): RegularFile {
  const descriptor = open(file)
  try {
    const stats = regular(descriptor, maxBytes)
    const bytes = Buffer.alloc(stats.size)
    const length = readSync(descriptor, bytes, 0, stats.size, 0)
    return { bytes: bytes.subarray(0, length), stats, id: idOf(descriptor) }
  } finally {
    closeSync(descriptor)
  }
}

function open(file: string): number {
  try {
    // Without O_NONBLOCK, opening a named pipe would block until it has a writer.
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (thrown) {
    const code = codeOf(thrown) ?? String(thrown)
    throw new Error(wordsOf(code), { cause: thrown })
  }
}

/** A double does not hold every inode. */
function idOf(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true })
  return `${dev}:${ino}`
}

function wordsOf(code: string): string {
  if (code !== 'EACCES') return WORDS[code] ?? `can't be read (${code})`
  return `may not be read by ${userWords()}: check its owner and mode, and those of the folders above it`
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory; name the file in it',
  ENOTDIR: 'no such file',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ERR_INVALID_ARG_VALUE: 'is not a file name',
}

function regular(descriptor: number, maxBytes: number): Stats {
  const stats = fstatSync(descriptor)
  if (stats.isDirectory()) throw new Error(WORDS.EISDIR)
  // A pipe can be read only once, but the file is read again after the restart and on SIGHUP.
  if (!stats.isFile()) throw new Error('is not a regular file')
  if (stats.size > maxBytes) {
    throw new Error(`is too large: ${stats.size} bytes, and at most ${maxBytes} are allowed`)
  }
  return stats
}
