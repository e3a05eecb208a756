import { defineFormat, type Format, listOf } from '../../config/schema/formats.ts'
import { messageOf } from '../../errors.ts'
import { compilePattern } from '../../regex/pattern.ts'
import { type Fields, hasFields, hasTooManyKeys, TOO_MANY_KEYS } from '../field.ts'

const nameOrPattern = defineFormat({
  expected:
    'must be the name of a field, such as message or a.b, or a regular expression between slashes',
  parse: written =>
    typeof written === 'string' && written !== '' && faultOf(written) === '' ? written : undefined,
  guess: written => (typeof written === 'string' && written !== '' ? `: ${faultOf(written)}` : ''),
  // A regular expression is compiled once, to be checked.
  isSettled: value => typeof value === 'string',
})

/** Names of fields. Those between slashes are regular expressions, of names with dots. */
export const nameList: Format<readonly string[]> = listOf(nameOrPattern)

function faultOf(written: string): string {
  try {
    return patternOf(written) === undefined && hasTooManyKeys(written) ? TOO_MANY_KEYS : ''
  } catch (error) {
    return messageOf(error)
  }
}

function patternOf(written: string): ((name: string) => boolean) | undefined {
  const [, source] = /^\/(.+)\/$/s.exec(written) ?? []
  return source === undefined ? undefined : compilePattern(source).test
}

/** What a list of names says. */
interface NameList {
  readonly names: readonly string[]
  /** Whether one of the regular expressions matches a name; undefined if there are none. */
  readonly matches: ((name: string) => boolean) | undefined
}

export function nameListOf(written: readonly string[]): NameList {
  const tests = written.map(patternOf)
  const patterns = tests.filter(test => test !== undefined)
  return {
    names: written.filter((_, at) => tests[at] === undefined),
    matches: patterns.length === 0 ? undefined : name => patterns.some(test => test(name)),
  }
}

/** The event's own: its time, and where an output sends it. */
const KEPT: ReadonlySet<string> = new Set(['@timestamp', '@metadata'])

/**
 * Visits every field of an event by its name with dots, maps before what is in them, which is left out where
 * `visit` returns true. Without recursion, so that no depth is too much for it.
 */
export function eachField(
  event: Fields,
  visit: (map: Fields, key: string, name: string) => boolean,
): void {
  const open = [{ map: event, prefix: '' }]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { map, prefix } = at
    for (const key of Object.keys(map)) {
      const value = map[key]
      if (value === undefined || (map === event && KEPT.has(key))) continue
      const name = prefix + key
      if (!visit(map, key, name) && hasFields(value)) open.push({ map: value, prefix: `${name}.` })
    }
  }
}
