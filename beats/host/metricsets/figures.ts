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
  if (isSound(event)) return event
  return Object.fromEntries(soundMembers(event, '', check))
}

/** Whether nothing has to be left out. Almost always so: a copy of each event would cost more than measuring it. */
function isSound(value: unknown): boolean {
  if (typeof value === 'number') return value >= 0 && value < TOO_LARGE
  if (typeof value !== 'object' || value === null) return value !== undefined
  if (isNoMap(value)) return true
  for (const key in value) if (!isSound(Reflect.get(value, key))) return false
  return true
}

function isNoMap(value: object): boolean {
  return Array.isArray(value) || value instanceof Date
}

function soundMembers(map: object, path: string, check: Check): readonly [string, unknown][] {
  return Object.entries(map).flatMap(([key, value]): readonly [string, unknown][] => {
    const sound = soundPart(value, `${path}${key}`, check)
    return sound === undefined ? [] : [[key, sound]]
  })
}

function soundPart(value: unknown, path: string, check: Check): unknown {
  if (typeof value === 'number') return check(path, value)
  if (typeof value !== 'object' || value === null || isNoMap(value)) return value
  const members = soundMembers(value, `${path}.`, check)
  return members.length === 0 ? undefined : Object.fromEntries(members)
}
