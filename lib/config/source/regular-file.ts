import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { codeOf } from '../../errors.ts'

const MAX_BYTES = 1024 * 1024

/** What a file holds, and what fstat(2) says of the very descriptor that it was read from. */
interface RegularFile {
  readonly bytes: Buffer
  readonly stats: Stats
}

/**
 * Reads a file of at most 1 MiB. Throws an Error whose message is fit for the user and doesn't name the
 * file; its cause is the system's, where there is one.
 */
export function readRegularFile(file: string): RegularFile {
  const descriptor = open(file)
  try {
    const stats = regular(descriptor)
    const bytes = Buffer.alloc(stats.size)
    return { bytes: bytes.subarray(0, readSync(descriptor, bytes, 0, stats.size, 0)), stats }
  } finally {
    closeSync(descriptor)
  }
}

function open(file: string): number {
  try {
    // Without O_NONBLOCK a named pipe would keep the agent waiting for its writer.
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (thrown) {
    const code = codeOf(thrown) ?? String(thrown)
    throw new Error(WORDS[code] ?? `cannot be read (${code})`, { cause: thrown })
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a directory; name the file in it',
  ENOTDIR: 'no such file',
  ELOOP: 'symbolic links without end',
  ENAMETOOLONG: 'the name is too long',
  ERR_INVALID_ARG_VALUE: 'is not a file name',
}

function regular(descriptor: number): Stats {
  const stats = fstatSync(descriptor)
  if (stats.isDirectory()) throw new Error(WORDS.EISDIR)
  // A pipe can be read but once, and the file is read again after the re-start and on SIGHUP.
  if (!stats.isFile()) throw new Error('is not a regular file')
  if (stats.size > MAX_BYTES) {
    throw new Error(`is too big: ${stats.size} bytes, where ${MAX_BYTES} are the most`)
  }
  return stats
}
