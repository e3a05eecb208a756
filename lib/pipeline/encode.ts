import type { Event } from '../beat.ts'
import { messageOf } from '../errors.ts'
import { constantsOf, type EventSource, withConstant } from './enrichment.ts'

/** One event to one JSON object without a line end; `now` is its time if it gives none. */
export type Encode = (event: Event, now: string) => string

/** Dates as in `2026-01-31` and `2026-01-31T13:45:00.123456789+01:00`. */
const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/

/**
 * Prepares the encoding of one source's events, whose constants become text here, once. What JSON
 * lacks comes out as JSON.stringify has it: a Date as ISO 8601 in UTC, NaN and Infinity as null,
 * undefined and functions left out (null in a list), a Map or Set as `{}`. A BigInt, which JSON.stringify
 * refuses, is a number where a double holds it exactly, else its digits as a string.
 *
 * The encoder throws an Error with the reason where nothing can be made of an event: it isn't an
 * object, it contains itself, its `@timestamp` is no time, a getter or `toJSON` throws.
 */
export function encoderOf(source: EventSource): Encode {
  const constants = Object.entries(constantsOf(source))
    .map(([key, value]) => ({ key, value, text: fieldText(key, value) }))
    .filter(({ text }) => text !== '')

  /** Merges into `own` the constants that it has fields for, and returns the text of the others. */
  const addTo = (own: Record<string, unknown>): string => {
    let others = ''
    for (const { key, value, text } of constants) {
      if (Object.hasOwn(own, key)) own[key] = withConstant(key, value, own[key])
      else others += text
    }
    return others
  }

  return (event, now) => {
    const { '@timestamp': at, ...own } = plainData(event)
    const added = addTo(own)
    const fields = stringify(own).slice(1, -1)
    return `{"@timestamp":"${timeOf(at, now)}"${fields === '' ? '' : `,${fields}`}${added}}`
  }
}

/** Beats may be written without a compiler that holds them to `Event`. */
function plainData(event: Event): Readonly<Record<string, unknown>> {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new TypeError('an event must be an object')
  }
  if (Object.hasOwn(event, 'toJSON')) throw new TypeError('an event must not have a toJSON')
  return event
}

/** `,"host":{"name":"web-1"}`; nothing for what JSON leaves out. */
function fieldText(key: string, value: unknown): string {
  const text = stringify(Object.fromEntries([[key, value]])).slice(1, -1)
  return text === '' ? '' : `,${text}`
}

function timeOf(at: unknown, now: string): string {
  if (at === undefined) return now
  if (typeof at === 'string' && ISO_8601.test(at)) return at
  if (at instanceof Date && !Number.isNaN(at.getTime())) return at.toISOString()
  throw new TypeError('@timestamp must be a valid Date or an ISO 8601 string')
}

function stringify(own: object): string {
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
    // The first line alone: what follows of a cycle's message is a drawing.
    throw new TypeError(messageOf(thrown).split('\n', 1)[0])
  }
}

function exact(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
