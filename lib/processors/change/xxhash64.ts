// XXH64 with seed 0, as its specification has it (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).

const P1 = 0x9e3779b185ebca87n
const P2 = 0xc2b2ae3d27d4eb4fn
const P3 = 0x165667b19e3779f9n
const P4 = 0x85ebca77c2b2ae63n
const P5 = 0x27d4eb2f165667c5n

/** The hash of bytes, 8 bytes, big-endian. */
export function xxHash64(bytes: Buffer): Buffer {
  const { length } = bytes
  const striped = length - (length % 32)
  let hash = (striped === 0 ? P5 : stripes(bytes, striped)) + BigInt(length)
  let at = striped
  for (; at + 8 <= length; at += 8) {
    hash = times(rotated(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n), P1) + P4
  }
  if (at + 4 <= length) {
    hash = times(rotated(hash ^ times(BigInt(bytes.readUInt32LE(at)), P1), 23n), P2) + P3
    at += 4
  }
  for (; at < length; at++) {
    hash = times(rotated(hash ^ times(BigInt(bytes[at] ?? 0), P5), 11n), P1)
  }
  const result = Buffer.alloc(8)
  result.writeBigUInt64BE(avalanche(cut(hash)))
  return result
}

function stripes(bytes: Buffer, end: number): bigint {
  let a = cut(P1 + P2)
  let b = P2
  let c = 0n
  let d = cut(-P1)
  for (let at = 0; at < end; at += 32) {
    a = round(a, bytes.readBigUInt64LE(at))
    b = round(b, bytes.readBigUInt64LE(at + 8))
    c = round(c, bytes.readBigUInt64LE(at + 16))
    d = round(d, bytes.readBigUInt64LE(at + 24))
  }
  const sum = cut(rotated(a, 1n) + rotated(b, 7n) + rotated(c, 12n) + rotated(d, 18n))
  return [a, b, c, d].reduce((hash, lane) => times(hash ^ round(0n, lane), P1) + P4, sum)
}

function round(lane: bigint, input: bigint): bigint {
  return times(rotated(lane + input * P2, 31n), P1)
}

function avalanche(hash: bigint): bigint {
  const first = times(hash ^ (hash >> 33n), P2)
  const second = times(first ^ (first >> 29n), P3)
  return second ^ (second >> 32n)
}

function rotated(value: bigint, bits: bigint): bigint {
  const low = cut(value)
  return cut((low << bits) | (low >> (64n - bits)))
}

function times(a: bigint, b: bigint): bigint {
  return cut(cut(a) * b)
}

function cut(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}
