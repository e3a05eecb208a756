// Debian's i386 has no newer Node than 18 in its stable release; the compiler is written for 20.
if (typeof Array.prototype.toReversed !== 'function') {
  Object.defineProperty(Array.prototype, 'toReversed', {
    value<T>(this: readonly T[]): T[] {
      return [...this].reverse()
    },
  })
  Object.defineProperty(Array.prototype, 'toSorted', {
    value<T>(this: readonly T[], order?: (a: T, b: T) => number): T[] {
      return [...this].sort(order)
    },
  })
}
