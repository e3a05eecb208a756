import { types } from 'node:util'
import { messageOf } from '../../errors.ts'
import type { Event } from '../../event.ts'
import { type Fields, withConstant } from './enrichment.ts'

/** Encodes one event as a JSON object without a line end. `now` is its time if it has none. */
export type Encode = (event: Event, now: Moment) => string

/** A time as ISO 8601, and the begin of an event of that time, up to the first field of its own. */
export interface Moment {
  readonly text: string
  readonly head: string
}

interface Constant {
  readonly key: string
  readonly value: unknown
  readonly text: string
}

export function momentOf(ms: number): Moment {
  const text = new Date(ms).toISOString()
  return { text, head: `${headOf(text)},` }
}

function headOf(time: string): string {
  return `{"@timestamp":"${time}"`
}

/** Times such as `2026-01-31` and `2026-01-31T13:45:00.123456789+01:00`. */
const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/

/**
 * Prepares the encoding of events that have these constants, which become text here, once. Values that
 * JSON lacks are encoded as JSON.stringify does: a Date as ISO 8601 in UTC, NaN and Infinity as null,
 * undefined and functions left out (null in a list), a Map or Set as `{}`. A BigInt, which JSON.stringify
 * refuses, becomes a number if a double holds it exactly, else a string of its digits.
 *
 * The encoder throws an Error with the reason if it can't encode an event: the event is not an object, or is
 * a promise, a Map or a Set, it contains itself, its `@timestamp` is not a time, or a getter or `toJSON`
 * throws.
 */
export function encoderOf(given: Fields): Encode {
  const constants = textsOf(given)

  /** Merges constants into the fields that `own` has too, and returns the text of the other constants. */
  const addTo = (own: Record<string, unknown>): string => {
    let others = ''
    for (const { key, value, text } of constants) {
      if (Object.hasOwn(own, key)) own[key] = withConstant(key, value, own[key])
      else others += text
    }
    return others
  }

  const special = new Set(['@timestamp', '@metadata', ...constants.map(({ key }) => key)])
  /** Without a field that needs a look nothing has to be copied. */
  const isPlain = (event: Readonly<Record<string, unknown>>): boolean => {
    for (const key in event) if (special.has(key)) return false
    return event.toJSON === undefined && event.then === undefined
  }
  const end = `${constants.map(({ text }) => text).join('')}}`

  return (event, now) => {
    if (isObject(event) && isPlain(event)) {
      const text = stringify(event)
      // The text of an object with a value of its own, such as a String, is no object.
      if (text.startsWith('{"')) return now.head + text.slice(1, -1) + end
    }
    const { '@timestamp': at, '@metadata': _, ...own } = plainData(event)
    const added = addTo(own)
    const text: string | undefined = stringify(own)
    // A Proxy may show a toJSON only now.
    if (text?.startsWith('{') !== true) throw new TypeError('an event must be a JSON object')
    const fields = text.slice(1, -1)
    return `${headOf(timeOf(at, now.text))}${fields === '' ? '' : `,${fields}`}${added}}`
  }
}

function isObject(event: unknown): event is Readonly<Record<string, unknown>> {
  return typeof event === 'object' && event !== null && !Array.isArray(event)
}

/** Checks what TypeScript would check: a beat may be written in JavaScript. */
function plainData(event: Event): Readonly<Record<string, unknown>> {
  if (!isObject(event)) throw new TypeError('an event must be an object')
  if (Object.hasOwn(event, 'toJSON')) throw new TypeError('an event must not have a toJSON')
  // These have no fields of their own: an empty event would hide the mistake.
  if (typeof event.then === 'function') {
    throw new TypeError('an event must not be a promise: an await is missing')
  }
  if (types.isMap(event) || types.isSet(event)) {
    throw new TypeError('an event must not be a Map or Set: publish an object or a list')
  }
  return event
}

function textsOf(constants: Fields): readonly Constant[] {
  return Object.entries(constants)
    .map(([key, value]) => ({ key, value, text: fieldText(key, value) }))
    .filter(({ text }) => text !== '')
}

/** Prepares a function that gives the text of all constants, if none of these fields is among them. */
export function constantsForOf(given: Fields): (fields: readonly string[]) => string | undefined {
  const constants = textsOf(given)
  const all = constants.map(({ text }) => text).join('')
  return fields => (constants.some(({ key }) => fields.includes(key)) ? undefined : all)
}

/** `,"host":{"name":"web-1"}`; empty for a value that JSON leaves out. */
function fieldText(key: string, value: unknown): string {
  const text = stringify(Object.fromEntries([[key, value]])).slice(1, -1)
  return text === '' ? '' : `,${text}`
}

/** The text of an event's `@timestamp`; `now` if it has none. */
export function timeOf<Now>(at: unknown, now: Now): string | Now {
  if (at === undefined) return now
  if (typeof at === 'string' && ISO_8601.test(at)) return at
  // Its own methods are not asked: those of a subclass could write anything into the line.
  if (types.isDate(at) && !Number.isNaN(Date.prototype.getTime.call(at))) {
    return Date.prototype.toISOString.call(at)
  }
  throw new TypeError('@timestamp must be a valid Date or an ISO 8601 string')
}

/** As JSON.stringify, but with BigInts. */
export function stringify(own: object): string {
  try {
    return JSON.stringify(own)
  } catch {
    return stringifyWithBigInts(own)
  }
}

function stringifyWithBigInts(own: object): string {
  try {
    return JSON.stringify(own, (_, value) => (typeof value === 'bigint' ? exact(value) : value))
  } catch (thrown) {
    // The first line alone: after it the message about a cycle has a drawing.
    throw new TypeError(messageOf(thrown).split('\n', 1)[0])
  }
}

function exact(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
