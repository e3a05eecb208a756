import { isMap } from '../config/schema/leaf.ts'
import { reportUnlike } from '../config/schema/show.ts'
import type { Path, Report } from '../errors.ts'
import type { Condition } from './condition.ts'

/** A field that a condition names, with what is written of it. */
interface WrittenField {
  /** `http.response.code`. */
  readonly name: string
  readonly value: unknown
  readonly path: Path
}

/** The fields below the kind of a condition: `a.b: 1`, which has arrived as `{ a: { b: 1 } }`, in order. */
function fieldsBelow(
  written: unknown,
  path: Path,
  report: Report,
): readonly WrittenField[] | undefined {
  const expected = 'must be a map of fields, such as { log.level: error }'
  if (!isMap(written)) return void reportUnlike(expected, written, path, report)
  const fields = flatten(written, [], path)
  if (fields.length === 0) return void report(path, `${expected}; it is empty`)
  return fields
}

function flatten(
  map: Readonly<Record<string, unknown>>,
  above: readonly string[],
  path: Path,
): readonly WrittenField[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const keys = [...above, key]
    const here = [...path, key]
    if (isMap(value) && Object.keys(value).length > 0) return flatten(value, keys, here)
    return [{ name: keys.join('.'), value, path: here }]
  })
}

/** A condition of every field; undefined if one of them has a problem. */
export function allFields(
  written: unknown,
  path: Path,
  report: Report,
  parse: (field: WrittenField) => Condition | undefined,
): Condition | undefined {
  const conditions = fieldsBelow(written, path, report)?.map(parse)
  return conditions && every(conditions)
}

/** Whether all of them hold; undefined if one is missing. */
export function every(conditions: readonly (Condition | undefined)[]): Condition | undefined {
  const sound = conditions.filter(condition => condition !== undefined)
  if (sound.length < conditions.length) return undefined
  const [first, ...more] = sound
  if (first !== undefined && more.length === 0) return first
  return event => sound.every(condition => condition(event))
}
