// Conditions, with the words and the meaning of Beats': equals, contains, regexp, range, network and
// has_fields of the fields of an event; and, or, not of other conditions.
//
// A condition is made once, of the configuration, and is then a function of an event. Every problem is
// reported at its place. Beats takes the first of several conditions in one map, and is silent about the
// others: here that is a problem.

import { isMap } from '../config/schema/leaf.ts'
import { reportUnlike } from '../config/schema/show.ts'
import type { Path, Report } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import type { Condition, ParseCondition } from './condition.ts'
import { parseContains } from './contains.ts'
import { parseEquals } from './equals.ts'
import { parseHasFields } from './has-fields.ts'
import { parseNetwork } from './network.ts'
import { parseRange } from './range.ts'

const EXAMPLE = 'must be a condition, such as { equals: { log.level: error } }'

/** Far more than anybody writes, and few enough for the stack. */
const MAX_DEPTH = 30

const FIELD_KINDS = {
  equals: parseEquals,
  contains: parseContains,
  range: parseRange,
  network: parseNetwork,
  has_fields: parseHasFields,
} as const

const LOGICAL: readonly string[] = ['and', 'or', 'not']
const KINDS: readonly string[] = [
  ...['equals', 'contains', 'regexp', 'range', 'network', 'has_fields'],
  ...LOGICAL,
]

/** Parses conditions. `regexp`: of that kind, as it takes a library that most do without (parse-lazily.ts). */
export function conditionParser(regexp: ParseCondition): ParseCondition {
  const kinds: Readonly<Record<string, ParseCondition>> = { ...FIELD_KINDS, regexp }
  return (written, path, report) => parse(kinds, written, path, report, 0)
}

function parse(
  kinds: Readonly<Record<string, ParseCondition>>,
  written: unknown,
  path: Path,
  report: Report,
  depth: number,
): Condition | undefined {
  if (depth > MAX_DEPTH) {
    return void report(path, `must not have conditions nested more than ${MAX_DEPTH} deep`)
  }
  if (!isMap(written)) return void reportUnlike(EXAMPLE, written, path, report)
  const [kind, ...more] = kindsOf(written, path, report)
  if (kind === undefined) return undefined
  if (more.length > 0) {
    const message = `must be one condition, not ${[kind, ...more].join(' and ')}`
    return void report(path, `${message}; combine them by and or or`)
  }
  const here = [...path, kind]
  const below = written[kind]
  const parseBelow: ParseCondition = (inner, at) => parse(kinds, inner, at, report, depth + 1)
  if (kind === 'not') return negated(parseBelow(below, here, report))
  if (LOGICAL.includes(kind)) return parseList(kind, below, here, report, parseBelow)
  return kinds[kind]?.(below, here, report)
}

/** The kinds of a map; none after a problem. */
function kindsOf(
  written: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): readonly string[] {
  const keys = Object.keys(written)
  if (keys.length === 0) report(path, EXAMPLE)
  const unknown = keys.filter(key => !KINDS.includes(key))
  for (const key of unknown) {
    const near = didYouMean(key, KINDS)
    report([...path, key], `unknown condition${near}: one of ${KINDS.join(', ')}`)
  }
  return unknown.length > 0 ? [] : keys
}

function negated(condition: Condition | undefined): Condition | undefined {
  return condition && (event => !condition(event))
}

function parseList(
  kind: string,
  written: unknown,
  path: Path,
  report: Report,
  parseItem: ParseCondition,
): Condition | undefined {
  const expected = 'must be a list of conditions, each a map'
  if (!Array.isArray(written)) return void reportUnlike(expected, written, path, report)
  if (written.length === 0) return void report(path, `${expected}; it is empty`)
  const parsed = written.map((item, at) => parseItem(item, [...path, at], report))
  const conditions = parsed.filter(condition => condition !== undefined)
  if (conditions.length < written.length) return undefined
  return kind === 'and'
    ? event => conditions.every(condition => condition(event))
    : event => conditions.some(condition => condition(event))
}
