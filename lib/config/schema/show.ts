import type { Path, Report } from '../../errors.ts'

const LONGEST = 60

/** A value as a message shows it: what was written rather than its type, and never pages of it. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a map'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
}

/** Reports what is not `expected` (`must be …`), and shows it. */
export function reportUnlike(expected: string, value: unknown, path: Path, report: Report): void {
  report(path, `${expected}, not ${show(value)}`, expected)
}
