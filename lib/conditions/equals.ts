import { reportBigints } from '../config/schema/bigints.ts'
import { reportUnlike } from '../config/schema/show.ts'
import type { ParseCondition } from './condition.ts'
import { fieldReader } from './field.ts'
import { allFields } from './fields.ts'

/** `equals`: each field has this value and its type: the text "200" is not the number 200. */
export const parseEquals: ParseCondition = (written, path, report) =>
  allFields(written, path, report, ({ name, value, path: at }) => {
    if (reportBigints(value, at, report)) return undefined
    if (!isComparable(value)) {
      const hint = typeof value === 'number' ? '; for fractions take range' : ''
      const expected = `must be a whole number, text, true or false${hint}`
      return void reportUnlike(expected, value, at, report)
    }
    const read = fieldReader(name)
    return event => read(event) === value
  })

function isComparable(value: unknown): value is number | string | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)
}
