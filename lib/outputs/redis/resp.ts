// Commands in RESP: the number of arguments, then the length of each and the argument. ioredis would join a string and
// two buffers for each of them.

const [DOLLAR, CR, LF, ZERO] = [0x24, 0x0d, 0x0a, 0x30]

export function encoded(name: string, key: string, values: readonly Uint8Array[]): Buffer {
  const size = Buffer.byteLength(key)
  const head = `*${values.length + 2}\r\n$${name.length}\r\n${name}\r\n$${size}\r\n${key}\r\n`
  let length = Buffer.byteLength(head)
  for (const value of values) length += 1 + digitsOf(value.length) + 2 + value.length + 2
  const bytes = Buffer.allocUnsafe(length)
  let at = bytes.write(head)
  for (const value of values) {
    at = putLength(bytes, at, value.length)
    bytes.set(value, at)
    at = putLineEnd(bytes, at + value.length)
  }
  return bytes
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
