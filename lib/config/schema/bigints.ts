import type { Path, Report } from '../../errors.ts'

/** Integers that a number can't hold exactly reach us as bigints, and no setting is meant to be one. */
export function reportBigints(value: unknown, path: Path, report: Report): boolean {
  if (typeof value === 'bigint') {
    report(path, 'is too large to be kept exactly; put it in quotes')
    return true
  }
  if (typeof value !== 'object' || value === null) return false
  const found = Object.entries(value).map(([key, child]) =>
    reportBigints(child, [...path, Array.isArray(value) ? Number(key) : key], report),
  )
  return found.includes(true)
}
