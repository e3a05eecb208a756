import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'

/** AT_PAGESZ of getauxval(3). */
const PAGE_SIZE = 6

/** The bytes of a page, in which the kernel counts memory; undefined if it can't be found out. */
export function pageBytes(): number | undefined {
  try {
    return parseAuxv(readFileSync('/proc/self/auxv'))
  } catch {
    return undefined
  }
}

/** Pairs of words of the machine. Read with words of another width, no pair begins with that number alone. */
export function parseAuxv(auxv: Buffer, order = endianness()): number | undefined {
  return valueIn(auxv, 8, order) ?? valueIn(auxv, 4, order)
}

function valueIn(auxv: Buffer, width: 4 | 8, order: 'BE' | 'LE'): number | undefined {
  const number = (at: number): number => {
    if (width === 4) return order === 'LE' ? auxv.readUInt32LE(at) : auxv.readUInt32BE(at)
    return Number(order === 'LE' ? auxv.readBigUInt64LE(at) : auxv.readBigUInt64BE(at))
  }
  for (let at = 0; at + 2 * width <= auxv.length; at += 2 * width) {
    if (number(at) === PAGE_SIZE) return number(at + width)
  }
  return undefined
}
