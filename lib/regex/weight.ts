/** In UTF-16 units. A pattern of a megabyte takes seconds to compile. */
export const MAX_LENGTH = 10_000

/** A class of Unicode's, such as `\pL`, takes as long to compile as so many characters. */
const CLASS = 50

const TOKEN =
  /\\Q.*?(?:\\E|$)|\\[pP](?:\{[^}\\]*\}|.)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.?|[^\]\\])*(?:\]|$)|\{(\d+)(?:,(\d*))?\}|./gs

interface Level {
  sum: number
  last: number
}

/**
 * The length of a regular expression of RE2 with its counts written out, where `[ab]{3}` is `[ab][ab][ab]`: what
 * its time to compile grows with, told before it is compiled. One that RE2 refuses may have any, and one that is too
 * long has none.
 */
export function weightOf(source: string): number {
  if (source.length > MAX_LENGTH) return 0
  const outer: Level[] = []
  let level: Level = { sum: 0, last: 0 }
  for (const { 0: token, 1: least, 2: most } of source.matchAll(TOKEN)) {
    if (token === '(') {
      outer.push(level)
      level = { sum: 0, last: 0 }
    } else if (token === ')') {
      level = closed(level, outer.pop())
    } else if (least !== undefined) {
      const times = Math.max(1, Number(least), Number(most ?? 0))
      add(level, level.last * (times - 1) + token.length)
    } else if ('*+?'.includes(token)) {
      add(level, 1)
    } else {
      level.last = 0
      add(level, token.length + CLASS * (token.match(/\\[pP]/g) ?? []).length)
    }
  }
  return [...outer, level].reduce((sum, each) => sum + each.sum, 0)
}

/** Adds to the atom that was last, as what counts it also counts that. */
function add(level: Level, weight: number): void {
  level.sum += weight
  level.last += weight
}

function closed(inner: Level, outer: Level = { sum: 0, last: 0 }): Level {
  const last = inner.sum + '()'.length
  return { sum: outer.sum + last, last }
}
