import { closeSync, openSync, readSync } from 'node:fs'

/** The most of a file that is read: headers come first, elf(5). */
const HEAD_BYTES = 4096
const PT_INTERP = 3

/**
 * The dynamic loader that a program is started with, which the kernel executes too: PT_INTERP of elf(5). Undefined
 * if it needs none, or is no ELF file.
 */
export function loaderOf(program: string): string | undefined {
  const head = headOf(program)
  if (head === undefined || head.toString('latin1', 0, 4) !== '\x7fELF') return undefined
  const [is64, isLittle] = [head[4] === 2, head[5] === 1]
  const u16 = (at: number) => (isLittle ? head.readUInt16LE(at) : head.readUInt16BE(at))
  const u32 = (at: number) => (isLittle ? head.readUInt32LE(at) : head.readUInt32BE(at))
  const u64 = (at: number) => Number(isLittle ? head.readBigUInt64LE(at) : head.readBigUInt64BE(at))
  const word = is64 ? u64 : u32
  const [table, size, count] = is64 ? [word(32), u16(54), u16(56)] : [word(28), u16(42), u16(44)]
  for (let at = table; at < table + size * count; at += size) {
    if (at + size > head.length) return undefined
    if (u32(at) !== PT_INTERP) continue
    const [offset, length] = is64 ? [word(at + 8), word(at + 32)] : [word(at + 4), word(at + 16)]
    return head.toString('utf8', offset, offset + length - 1) || undefined
  }
  return undefined
}

function headOf(file: string): Buffer | undefined {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, 'r')
    const head = Buffer.alloc(HEAD_BYTES)
    return readSync(descriptor, head) >= 64 ? head : undefined
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
