import { isMap } from '../../config/schema/leaf.ts'
import type { Path, Report } from '../../errors.ts'
import { weightOf } from '../../regex/weight.ts'

/** Characters with counts written out: so many are compiled within half a second, and nobody writes them. */
const MOST = 100_000

/**
 * Whether the regular expressions of a configuration are compiled within a second; reported where not. Each is short
 * enough for itself, but there may be thousands. They are below `regexp` and `pattern`, as conditions and processors
 * have them, and between slashes among `fields`.
 */
export function reportPatterns(value: unknown, report: Report): boolean {
  let weight = 0
  for (const { path, source } of patternsIn(value, [], 'none')) {
    weight += weightOf(source)
    if (weight <= MOST) continue
    const message = `with this one, the regular expressions have more than ${MOST} characters in all, where what is counted is written out: [ab]{3} has 12`
    report(path, message, message)
    return false
  }
  return true
}

interface Found {
  readonly path: Path
  readonly source: string
}

/** Which of the texts in a value are patterns. */
type Which = 'all' | 'none' | 'between slashes'

function* patternsIn(value: unknown, path: Path, which: Which): Generator<Found> {
  if (typeof value === 'string') {
    const isPattern = which === 'all' || (which !== 'none' && /^\/.+\/$/s.test(value))
    if (isPattern) yield { path, source: value }
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) yield* patternsIn(item, [...path, at], which)
  } else if (isMap(value)) {
    for (const [key, below] of Object.entries(value)) {
      yield* patternsIn(below, [...path, key], which === 'all' ? 'all' : whichBelow(key))
    }
  }
}

function whichBelow(key: string): Which {
  if (key === 'regexp' || key === 'pattern') return 'all'
  return key === 'fields' ? 'between slashes' : 'none'
}
