import type { Figure } from './figures.ts'

/** The ratio of the part to the whole, to four decimals; 0 if the whole is 0. Unknown if it would not be a share. */
export function ratio(part: Figure, whole: Figure): Figure {
  if (part === undefined || whole === undefined) return undefined
  return whole === 0 ? 0 : Math.round((part / whole) * 1e4) / 1e4
}

/** What of the whole is not this part: unknown if either is, or if the part is more than the whole. */
export function rest(whole: Figure, part: Figure): Figure {
  return whole === undefined || part === undefined || part > whole ? undefined : whole - part
}

/**
 * Returns how much a counter has increased; 0 if that can't be known. One that went backwards need not have begun
 * at zero again: a bond that lost a member, or a 32-bit counter that wrapped, looks the same. One not seen before
 * may have counted elsewhere. So the result may be too low, but is never too high.
 */
export function gain(before: number | undefined, now: number): number {
  return before === undefined || !(now >= before) ? 0 : now - before
}
