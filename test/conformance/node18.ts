// The compiler needs Node 20, but Debian's stable release for i386 has only Node 18.
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
