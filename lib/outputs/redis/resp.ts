// Commands in RESP: the number of arguments, then the length of each and the argument. ioredis would join a string and
// two buffers for each of them.

import type { Batch } from '../../output.ts'

const [DOLLAR, CR, LF, ZERO] = [0x24, 0x0d, 0x0a, 0x30]

export function encoded(name: string, key: string, values: readonly Uint8Array[]): Buffer {
  const head = headOf(name, key, values.length)
  let length = Buffer.byteLength(head)
  for (const value of values) length += lengthSize(value.length) + value.length + 2
  const bytes = Buffer.allocUnsafe(length)
  let at = bytes.write(head)
  for (const value of values) {
    at = putLength(bytes, at, value.length)
    bytes.set(value, at)
    at = putLineEnd(bytes, at + value.length)
  }
  return bytes
}

/**
 * The same of all events of a batch, without a view of each. They are put at the end, and from there each to its place,
 * which is never behind it.
 */
export function encodedBatch(
  name: string,
  key: string,
  { chunks, ends, count }: Pick<Batch, 'chunks' | 'ends' | 'count'>,
): Buffer {
  const head = headOf(name, key, count)
  const total = ends[count - 1] ?? 0
  // Of each event, its `\n` becomes `\r\n`.
  let size = Buffer.byteLength(head) + total + count
  let from = 0
  for (const end of ends) {
    size += lengthSize(end - from - 1)
    from = end
  }
  const bytes = Buffer.allocUnsafe(size)
  const begin = size - total
  let to = begin
  for (const chunk of chunks) {
    bytes.set(chunk, to)
    to += chunk.length
  }
  let at = bytes.write(head)
  from = begin
  for (const offset of ends) {
    const end = begin + offset
    at = putLength(bytes, at, end - from - 1)
    bytes.copyWithin(at, from, end - 1)
    at = putLineEnd(bytes, at + end - from - 1)
    from = end
  }
  return bytes
}

function headOf(name: string, key: string, values: number): string {
  const size = Buffer.byteLength(key)
  return `*${values + 2}\r\n$${name.length}\r\n${name}\r\n$${size}\r\n${key}\r\n`
}

function lengthSize(length: number): number {
  return 1 + digitsOf(length) + 2
}

function putLength(bytes: Buffer, at: number, length: number): number {
  const end = at + 1 + digitsOf(length)
  bytes[at] = DOLLAR
  let left = length
  for (let digit = end - 1; digit > at; digit--) {
    bytes[digit] = ZERO + (left % 10)
    left = Math.floor(left / 10)
  }
  return putLineEnd(bytes, end)
}

function putLineEnd(bytes: Buffer, at: number): number {
  bytes[at] = CR
  bytes[at + 1] = LF
  return at + 2
}

function digitsOf(length: number): number {
  let digits = 1
  for (let least = 10; least <= length; least *= 10) digits++
  return digits
}
