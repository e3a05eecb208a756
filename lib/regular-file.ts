import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { codeOf } from './errors.ts'

/** The contents of a file, and the result of fstat(2) for the descriptor that they were read from. */
interface RegularFile {
  readonly bytes: Buffer
  readonly stats: Stats
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
    return { bytes: bytes.subarray(0, readSync(descriptor, bytes, 0, stats.size, 0)), stats }
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
    throw new Error(WORDS[code] ?? `can't be read (${code})`, { cause: thrown })
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'is not readable by this user',
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
