import { lstatSync, readlinkSync, statSync } from 'node:fs'
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
  const place = resolve(folder, file)
  try {
    return readRegularFile(place, MAX_BYTES)
  } catch (thrown) {
    const why =
      codeOf(thrown) === 'EACCES'
        ? unreadable(place)
        : codeOf(thrown) === 'ENOENT'
          ? missing(place, file, folder)
          : undefined
    throw why === undefined ? thrown : new Error(why, { cause: thrown })
  }
}

/** Why it is not there, and what to do, if there is more to say than that. */
function missing(place: string, file: string, folder: string): string | undefined {
  if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    return `is a symbolic link to ${readlinkSync(place)}, which is not there`
  }
  if (file.startsWith('/')) return undefined
  const beside = `${file.replace(/\.ya?ml$/, '')}.d`
  const alone = isFolder(resolve(folder, beside)) ? `, or -c ${beside} for that alone` : ''
  return `no such file in ${folder}; use -c FILE to name another${alone}`
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
