import { isMap } from '../config/schema/leaf.ts'
import type { Path, Report } from '../errors.ts'
import type { Condition } from './condition.ts'
import { conditionParser } from './parse.ts'

/**
 * Parses a condition, and imports the library of regular expressions if one is in it.
 *
 * @returns undefined after a problem, which has been reported
 */
export async function parseCondition(
  written: unknown,
  path: Path,
  report: Report,
): Promise<Condition | undefined> {
  const regexp = hasRegexp(written) ? (await import('./regexp.ts')).parseRegexp : () => undefined
  return conditionParser(regexp)(written, path, report)
}

function hasRegexp(written: unknown): boolean {
  if (Array.isArray(written)) return written.some(hasRegexp)
  if (!isMap(written)) return false
  return Object.entries(written).some(([key, below]) => key === 'regexp' || hasRegexp(below))
}
