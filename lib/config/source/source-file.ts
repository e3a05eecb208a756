import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { codeOf } from '../../errors.ts'
import { type RegularFile, readRegularFile } from '../../regular-file.ts'
import { unreadable } from '../../trust/unreadable.ts'

const MAX_BYTES = 1024 * 1024

/**
 * The text of a configuration file, without its byte order mark. `inspect` gets what was read and the stats of
 * its descriptor: a stat by name might be of another file.
 *
 * @throws Error with a message for the user that doesn't name the file
 */
export function readSourceFile(
  source: { readonly file: string; readonly folder: string },
  inspect: (opened: RegularFile) => void = () => {},
): string {
  const opened = read(source)
  inspect(opened)
  return decode(opened.bytes)
}

function read({ file, folder }: { readonly file: string; readonly folder: string }) {
  try {
    return readRegularFile(resolve(folder, file), MAX_BYTES)
  } catch (thrown) {
    if (codeOf(thrown) === 'EACCES') {
      const why = unreadable(resolve(folder, file))
      throw why === undefined ? thrown : new Error(why, { cause: thrown })
    }
    if (codeOf(thrown) !== 'ENOENT' || file.startsWith('/')) throw thrown
    const beside = `${file.replace(/\.ya?ml$/, '')}.d`
    const alone = isFolder(resolve(folder, beside)) ? `, or -c ${beside} for that alone` : ''
    const where = `no such file in ${folder}; use -c FILE to name another${alone}`
    throw new Error(where, { cause: thrown })
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error(`is not UTF-8 text (first invalid byte in line ${firstInvalidLine(bytes)})`)
  }
}

function firstInvalidLine(bytes: Buffer): number {
  const text = new TextDecoder().decode(bytes)
  return text.slice(0, text.indexOf('\ufffd')).split('\n').length
}
