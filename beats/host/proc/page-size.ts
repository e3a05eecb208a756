import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'

/** AT_PAGESZ of getauxval(3). */
const PAGE_SIZE = 6

/** The bytes of a page, in which the kernel counts memory; undefined if it can't be found out. */
export function pageBytes(): number | undefined {
  try {
    return parseAuxv(readFileSync('/proc/self/auxv'), process.arch.endsWith('64') || IS_S390X)
  } catch {
    return undefined
  }
}

const IS_S390X = process.arch === 's390x'

function parseAuxv(auxv: Buffer, is64: boolean): number | undefined {
  const width = is64 ? 8 : 4
  const number = (at: number): number => {
    if (!is64) return endianness() === 'LE' ? auxv.readUInt32LE(at) : auxv.readUInt32BE(at)
    return Number(endianness() === 'LE' ? auxv.readBigUInt64LE(at) : auxv.readBigUInt64BE(at))
  }
  for (let at = 0; at + 2 * width <= auxv.length; at += 2 * width) {
    if (number(at) === PAGE_SIZE) return number(at + width)
  }
  return undefined
}
