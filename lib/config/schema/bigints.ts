import type { Path, Report } from '../../errors.ts'

/** Integers that a number can't hold exactly arrive as bigints, which no setting accepts. */
export function reportBigints(value: unknown, path: Path, report: Report): boolean {
  if (typeof value === 'bigint') {
    report(path, 'is too large for an exact number; put it in quotes')
    return true
  }
  if (typeof value !== 'object' || value === null) return false
  const found = Object.entries(value).map(([key, child]) =>
    reportBigints(child, [...path, Array.isArray(value) ? Number(key) : key], report),
  )
  return found.includes(true)
}
