/** Chooses `count` of the values at random and keeps their order. The same seed chooses the same ones. */
export function sampleOf<T>(values: readonly T[], count: number, seed: number): readonly T[] {
  const random = randomFrom(seed)
  const kept: T[] = []
  // Selection sampling: Knuth, The Art of Computer Programming, 3.4.2, algorithm S.
  values.forEach((value, at) => {
    if (random() * (values.length - at) < count - kept.length) kept.push(value)
  })
  return kept
}

/** Numbers from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
