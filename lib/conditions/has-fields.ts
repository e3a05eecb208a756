import { reportUnlike } from '../config/schema/show.ts'
import { hasTooManyKeys, TOO_MANY_KEYS } from '../processors/field.ts'
import type { ParseCondition } from './condition.ts'
import { fieldReader } from './field.ts'
import { every } from './fields.ts'

/** `has_fields`: every one of these fields is there, whatever its value. */
export const parseHasFields: ParseCondition = (written, path, report) => {
  const expected = 'must be a list of fields, such as [source.ip, destination.ip]'
  if (!Array.isArray(written)) return void reportUnlike(expected, written, path, report)
  if (written.length === 0) return void report(path, `${expected}; it is empty`)
  const conditions = written.map((name: unknown, at) => {
    if (typeof name !== 'string' || name === '') {
      return void reportUnlike('must be the name of a field', name, [...path, at], report)
    }
    if (hasTooManyKeys(name)) {
      return void report([...path, at], `must be the name of a field (${TOO_MANY_KEYS})`)
    }
    const read = fieldReader(name)
    return (event: Parameters<typeof read>[0]) => read(event) !== undefined
  })
  return every(conditions)
}
