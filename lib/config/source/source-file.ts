import type { Stats } from 'node:fs'
import { codeOf } from '../../errors.ts'
import { readRegularFile } from './regular-file.ts'

/**
 * The text of a configuration file, without its byte order mark. `inspect` sees what the descriptor that
 * is read says of the file: a second look by its name might be at another one. Throws an Error whose
 * message is fit for the user and doesn't name the file.
 */
export function readSourceFile(file: string, inspect: (stats: Stats) => void = () => {}): string {
  const { bytes, stats } = read(file)
  inspect(stats)
  return decode(bytes)
}

function read(file: string) {
  try {
    return readRegularFile(file)
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT' || file.startsWith('/')) throw thrown
    const where = `no such file in ${process.cwd()}; -c FILE names another`
    throw new Error(where, { cause: thrown })
  }
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
