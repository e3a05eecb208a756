/** The ratio of `part` to `whole`, to four decimals; 0 if `whole` is 0. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1e4) / 1e4
}

/**
 * Returns how much a counter has increased. A counter that went backwards was reset (an interface was
 * replaced, a driver was loaded again), and one not seen before has just appeared: both started from zero. A
 * 32-bit counter that wrapped looks the same, so the result may be too low, but is never too high.
 */
export function gain(before: number | undefined, now: number): number {
  return before === undefined || now < before ? now : now - before
}
