// MurmurHash2 as the clients of Kafka in Java have it, so that an event is in the partition in which they would look
// for its key. That of the client library counts in BigInt, which grows with the length of a key.

const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24

export function murmur2(bytes: Buffer): number {
  const { length } = bytes
  let hash = SEED ^ length
  let at = 0
  for (; length - at >= 4; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), M)
    word ^= word >>> R
    hash = Math.imul(hash, M) ^ Math.imul(word, M)
  }
  const rest = length - at
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(at, rest), M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}
