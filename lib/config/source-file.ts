import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

const MAX_BYTES = 1024 * 1024

/**
 * The text of a configuration file, without its byte order mark. Throws an Error whose message is fit
 * for the user and doesn't name the file.
 */
export function readSourceFile(file: string): string {
  return decode(readBytes(file))
}

function readBytes(file: string): Buffer {
  const descriptor = open(file)
  try {
    const { size } = regular(descriptor)
    const bytes = Buffer.alloc(size)
    return bytes.subarray(0, readSync(descriptor, bytes, 0, size, 0))
  } finally {
    closeSync(descriptor)
  }
}

function open(file: string): number {
  try {
    // Without O_NONBLOCK a named pipe would keep the agent waiting for its writer.
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (thrown) {
    throw new Error(wordsFor(thrown, file), { cause: thrown })
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

function wordsFor(thrown: unknown, file: string): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
  if (code === 'ENOENT' && !file.startsWith('/')) {
    return `no such file in ${process.cwd()}; -c FILE names another`
  }
  return WORDS[code] ?? `cannot be read (${code})`
}

function regular(descriptor: number): { readonly size: number } {
  const stats = fstatSync(descriptor)
  if (stats.isDirectory()) throw new Error(WORDS.EISDIR)
  // A pipe can be read but once, and the file is read again after the re-start and on SIGHUP.
  if (!stats.isFile()) throw new Error('is not a regular file')
  if (stats.size > MAX_BYTES) {
    throw new Error(`is too big: ${stats.size} bytes, where ${MAX_BYTES} are the most`)
  }
  return stats
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error(`is not UTF-8 text (first wrong byte in line ${firstWrongLine(bytes)})`)
  }
}

function firstWrongLine(bytes: Buffer): number {
  const text = new TextDecoder().decode(bytes)
  return text.slice(0, text.indexOf('\ufffd')).split('\n').length
}
