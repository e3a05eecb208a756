/** `part` of `whole`, to four decimals; 0 of nothing. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1e4) / 1e4
}

/**
 * What a counter has gained. One that went backwards was started anew (an interface replaced, a
 * driver loaded again), and one not seen before has just appeared: both have counted from zero. A
 * 32-bit counter that wrapped looks the same; so the answer may be too low, but never invented.
 */
export function gain(before: number | undefined, now: number): number {
  return before === undefined || now < before ? now : now - before
}
