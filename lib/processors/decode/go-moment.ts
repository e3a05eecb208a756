import { type TimeZone, utcOf } from './time-zone.ts'

/** What has been read of a time. */
export interface Reading {
  readonly text: string
  at: number
  year: number
  month: number
  /** -1: none has been read. */
  day: number
  yearDay: number
  hour: number
  minute: number
  second: number
  ms: number
  half: 'AM' | 'PM' | undefined
  /** In seconds. */
  offset: number | undefined
  abbreviation: string
}

/** In milliseconds; undefined if there is no such day. */
export function momentOf(reading: Reading, zone: TimeZone): number | undefined {
  const date = dateOf(reading)
  if (date === undefined) return undefined
  const { minute, second, ms, half, hour } = reading
  const hours = half === 'PM' && hour < 12 ? hour + 12 : half === 'AM' && hour === 12 ? 0 : hour
  const year = reading.year === 0 ? presentYear(zone) : reading.year
  // Date.UTC would take the year 26 for 1926.
  const dayMs =
    year < 100
      ? new Date(0).setUTCFullYear(year, date.month - 1, date.day)
      : Date.UTC(year, date.month - 1, date.day)
  return toUtc(reading, dayMs + ((hours * 60 + minute) * 60 + second) * 1000 + ms, zone)
}

function presentYear(zone: TimeZone): number {
  const now = Date.now()
  return new Date(now + zone.offsetAt(now)).getUTCFullYear()
}

/** Go takes an abbreviation that the zone doesn't know for UTC. Here the text is no time then. */
function toUtc(reading: Reading, shownMs: number, zone: TimeZone): number | undefined {
  const { offset, abbreviation } = reading
  if (offset !== undefined) return shownMs - offset * 1000
  if (abbreviation === '') return utcOf(zone, shownMs)
  const known = zone.offsetOf(abbreviation)
  if (known !== undefined) return shownMs - known
  const gmt = /^GMT([+-]\d+)?$/.exec(abbreviation)
  return gmt === null ? undefined : shownMs - Number(gmt[1] ?? 0) * 3_600_000
}

/** Without a year, February has 29 days. */
function dateOf({
  year,
  month,
  day,
  yearDay,
}: Reading): { month: number; day: number } | undefined {
  if (yearDay === 0) {
    const inMonth = { month: month || 1, day: day < 0 ? 1 : day }
    const exists = inMonth.day > 0 && inMonth.day <= daysIn(year, inMonth.month)
    return exists ? inMonth : undefined
  }
  const date = new Date(Date.UTC(2000, 0, 1))
  date.setUTCFullYear(year === 0 ? 2000 : year, 0, yearDay)
  if (date.getUTCFullYear() !== (year === 0 ? 2000 : year)) return undefined
  const found = { month: date.getUTCMonth() + 1, day: date.getUTCDate() }
  const differs = (month > 0 && month !== found.month) || (day >= 0 && day !== found.day)
  return differs ? undefined : found
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (month === 2) return isLeap ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
