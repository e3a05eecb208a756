import { reportUnlike } from '../config/schema/show.ts'
import type { Path, Report } from '../errors.ts'
import type { Condition } from './condition.ts'
import { fieldReader } from './field.ts'
import { allFields } from './fields.ts'

/**
 * A condition of the text of each field. A list matches if one of its texts does; numbers, booleans and maps
 * don't match.
 *
 * @param compile makes the test of one text; undefined after a problem, which has been reported
 */
export function parseTextMatch(
  written: unknown,
  path: Path,
  report: Report,
  compile: (wanted: string, path: Path) => ((text: string) => boolean) | undefined,
): Condition | undefined {
  return allFields(written, path, report, ({ name, value, path: at }) => {
    if (typeof value !== 'string') {
      const isScalar = typeof value === 'number' || typeof value === 'boolean'
      const expected = `must be text${isScalar ? ' (put it in quotes)' : ''}`
      return void reportUnlike(expected, value, at, report)
    }
    const test = compile(value, at)
    if (test === undefined) return undefined
    const read = fieldReader(name)
    const matches = (field: unknown) => typeof field === 'string' && test(field)
    return event => {
      const field = read(event)
      return Array.isArray(field) ? field.some(matches) : matches(field)
    }
  })
}
