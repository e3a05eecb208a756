import type { Path, Report } from '../../errors.ts'

const MAX_CHARS = 60

/** A value for a message: as it was written rather than its type, and shortened if it is long. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a map'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > MAX_CHARS ? `${value.slice(0, MAX_CHARS)}…` : value)
}

/** Reports a value that is not as `expected` (`must be …`), and shows it. */
export function reportUnlike(expected: string, value: unknown, path: Path, report: Report): void {
  report(path, `${expected}, not ${show(value)}`, expected)
}
