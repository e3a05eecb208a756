import type { Event } from 'sealbeat'

/** A number that is measured; undefined if it is not known. */
export type Figure = number | undefined

/**
 * Returns the figure if it is possible: finite, neither negative nor above 2^63 - 1 (the most that a `long` of the
 * index holds), and no more than its whole. Anything else is reported once, by its field, and left out.
 */
export type Check = (field: string, value: Figure, whole?: Figure) => Figure

/** The first number that is too large: 2^63 - 1 itself can't be told from it. */
const TOO_LARGE = 2 ** 63

/** The most fields that are remembered as reported; further ones are left out without a word. */
const MAX_REPORTED = 200

/** @param warn is told once of each field */
export function checker(warn: (message: string) => void): Check {
  const reported = new Set<string>()
  return (field, value, whole) => {
    const fault = value === undefined ? undefined : faultOf(value, whole)
    if (fault === undefined) return value
    if (!reported.has(field) && reported.size < MAX_REPORTED) {
      reported.add(field)
      warn(`${field} can't be ${value}${fault}: left out`)
    }
    return undefined
  }
}

function faultOf(value: number, whole: Figure): string | undefined {
  if (!(value >= 0)) return ', as it would be less than nothing'
  if (value >= TOO_LARGE) return ', which is more than there can be'
  return whole !== undefined && value > whole ? `, which is more than all, ${whole}` : undefined
}

/** Checks every number of an event, and leaves out those that can't be, and those that are not known. */
export function checkedEvent(event: Event, check: Check): Event {
  return Object.fromEntries(
    Object.entries(event).flatMap(([key, value]) => {
      const checked = checkedValue(value, key, check)
      return checked === undefined ? [] : [[key, checked]]
    }),
  )
}

function checkedValue(value: unknown, path: string, check: Check): unknown {
  if (typeof value === 'number') return check(path, value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (value instanceof Date) return value
  const members = Object.entries(value).flatMap(([key, each]) => {
    const checked = checkedValue(each, `${path}.${key}`, check)
    return checked === undefined ? [] : [[key, checked]]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}
