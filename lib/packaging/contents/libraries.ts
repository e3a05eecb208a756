import { closeSync, openSync, readSync } from 'node:fs'
import { bytesOf, type Entry } from '../formats/tree.ts'

/** The oldest libraries that the native code of a package runs with; undefined if it needs none. */
export interface Libraries {
  /** `2.28`. */
  readonly glibc: string | undefined
  /** The N of `GLIBCXX_3.4.N`, the newest symbols of libstdc++ that it imports. */
  readonly glibcxx: number | undefined
  readonly atomic: boolean
}

/** Reads the versions of the symbols that Node, the addon and native modules import. */
export function librariesOf(entries: readonly Entry[]): Libraries {
  const here = machineOf(headerOf(process.execPath))
  const texts = entries
    .filter(({ path }) => /\/bin\/node$|\.node$|\.so(\.\d+)*$/.test(path))
    .map(entry => Buffer.from(bytesOf(entry) ?? []))
    .filter(bytes => machineOf(bytes) === here)
    .map(bytes => bytes.toString('latin1'))
  const minor = newest(texts, /GLIBC_2\.(\d+)/g)
  return {
    glibc: minor === undefined ? undefined : `2.${minor}`,
    glibcxx: newest(texts, /GLIBCXX_3\.4\.(\d+)/g),
    atomic: texts.some(text => text.includes('libatomic.so.1')),
  }
}

function newest(texts: readonly string[], pattern: RegExp): number | undefined {
  const found = texts.flatMap(text => Array.from(text.matchAll(pattern), ([, n]) => Number(n)))
  return found.length === 0 ? undefined : Math.max(...found)
}

/** The header of an ELF file up to and including e_machine. */
const HEADER_BYTES = 20

/** Class, byte order and e_machine of elf(5), as packages may bring code for other machines, too. */
function machineOf(bytes: Buffer): string {
  const isElf = bytes.toString('latin1', 0, 4) === '\x7fELF'
  return isElf ? bytes.toString('hex', 4, 6) + bytes.toString('hex', 18, HEADER_BYTES) : ''
}

function headerOf(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  const descriptor = openSync(path, 'r')
  readSync(descriptor, header)
  closeSync(descriptor)
  return header
}
