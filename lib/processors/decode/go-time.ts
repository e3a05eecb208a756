// Reads a time by a layout, as Go's time.ParseInLocation does. What differs is said where it does.

import type { Chunk, Layout } from './go-layout.ts'
import { type TimeZone, utcOf } from './time-zone.ts'

const MONTHS =
  'January February March April May June July August September October November December'
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'
const MONTH_NAMES = MONTHS.split(' ')
const DAY_NAMES = DAYS.split(' ')

/** What has been read of a time. */
interface Reading {
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

/**
 * The time in milliseconds; undefined if the text is not written like the layout. Without a year it is of
 * the present year in that zone.
 */
export function readTime(layout: Layout, text: string, zone: TimeZone): number | undefined {
  const reading: Reading = {
    text,
    at: 0,
    year: 0,
    month: 0,
    day: -1,
    yearDay: 0,
    hour: 0,
    minute: 0,
    second: 0,
    ms: 0,
    half: undefined,
    offset: undefined,
    abbreviation: '',
  }
  for (const [at, chunk] of layout.chunks.entries()) {
    if (!skip(reading, chunk.before)) return undefined
    if (!readChunk(reading, chunk, layout.chunks[at + 1])) return undefined
  }
  if (!skip(reading, layout.end) || reading.at < text.length) return undefined
  return momentOf(reading, zone)
}

/** Spaces in a layout stand for any number of them, or for the end of the text. */
function skip(reading: Reading, literal: string): boolean {
  const { text } = reading
  for (let at = 0; at < literal.length; ) {
    if (literal[at] === ' ') {
      if (reading.at < text.length && text[reading.at] !== ' ') return false
      while (literal[at] === ' ') at++
      while (text[reading.at] === ' ') reading.at++
    } else if (literal[at++] !== text[reading.at++]) return false
  }
  return true
}

function readChunk(reading: Reading, { std, digits }: Chunk, next: Chunk | undefined): boolean {
  switch (std) {
    case 'frac0':
      return readFraction(reading, digits, digits)
    case 'frac9':
      return !startsFraction(reading) || readFraction(reading, 1, Number.MAX_SAFE_INTEGER)
    case '5':
    case '05':
      return readSecond(reading, std, next)
    case 'PM':
    case 'pm':
      return readHalf(reading, std)
    case 'MST':
      return readAbbreviation(reading)
    default:
      return /^[-Z]/.test(std) ? readOffset(reading, std) : readDate(reading, std)
  }
}

function readDate(reading: Reading, std: string): boolean {
  switch (std) {
    case '2006':
      return set(reading, 'year', number(reading, 4, 4), 0, 9999)
    case '06':
      return set(reading, 'year', century(number(reading, 2, 2)), 1969, 2068)
    case 'January':
    case 'Jan':
      return set(reading, 'month', nameIn(reading, MONTH_NAMES, std === 'Jan'), 1, 12)
    case '1':
    case '01':
      return set(reading, 'month', number(reading, std.length, 2), 1, 12)
    case 'Monday':
    case 'Mon':
      return nameIn(reading, DAY_NAMES, std === 'Mon') !== undefined
    case '_2':
    case '2':
    case '02':
      if (std === '_2' && reading.text[reading.at] === ' ') reading.at++
      // Whether the month has it shows in the end.
      return set(reading, 'day', number(reading, std === '02' ? 2 : 1, 2), 0, 99)
    case '__2':
    case '002':
      for (let spaces = 0; spaces < 2 && std === '__2'; spaces++) {
        if (reading.text[reading.at] === ' ') reading.at++
      }
      return set(reading, 'yearDay', number(reading, std === '002' ? 3 : 1, 3), 1, 366)
    case '15':
      return set(reading, 'hour', number(reading, 1, 2), 0, 23)
    case '3':
    case '03':
      return set(reading, 'hour', number(reading, std.length, 2), 0, 12)
    default:
      return set(reading, 'minute', number(reading, std.length, 2), 0, 59)
  }
}

type Part = 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second'

function set(
  reading: Reading,
  part: Part,
  value: number | undefined,
  min: number,
  max: number,
): boolean {
  if (value === undefined || value < min || value > max) return false
  reading[part] = value
  return true
}

function century(year: number | undefined): number | undefined {
  return year === undefined ? undefined : year + (year >= 69 ? 1900 : 2000)
}

/** The next digits, as many as there are up to `most`. */
function number(reading: Reading, least: number, most: number): number | undefined {
  const { text, at } = reading
  let value = 0
  let count = 0
  for (; count < most; count++) {
    const digit = text.charCodeAt(at + count) - 0x30
    if (!(digit >= 0 && digit <= 9)) break
    value = value * 10 + digit
  }
  if (count < least) return undefined
  reading.at += count
  return value
}

/** The position of a name, from 1; in small or capital letters. */
function nameIn(reading: Reading, names: readonly string[], isShort: boolean): number | undefined {
  for (const [index, name] of names.entries()) {
    const wanted = isShort ? name.slice(0, 3) : name
    const found = reading.text.slice(reading.at, reading.at + wanted.length)
    if (found.toLowerCase() !== wanted.toLowerCase()) continue
    reading.at += wanted.length
    return index + 1
  }
  return undefined
}

/** A fraction is read also where the layout has none. */
function readSecond(reading: Reading, std: string, next: Chunk | undefined): boolean {
  if (!set(reading, 'second', number(reading, std.length, 2), 0, 59)) return false
  const isNext = next?.before === '' && next.std.startsWith('frac')
  return isNext || !startsFraction(reading) || readFraction(reading, 1, Number.MAX_SAFE_INTEGER)
}

function startsFraction({ text, at }: Reading): boolean {
  return (text[at] === '.' || text[at] === ',') && /^\d/.test(text.charAt(at + 1))
}

/** Events have milliseconds; further digits are cut off. */
function readFraction(reading: Reading, least: number, most: number): boolean {
  if (!startsFraction(reading)) return false
  const start = reading.at + 1
  let end = start
  while (end - start < most && /^\d/.test(reading.text.charAt(end))) end++
  if (end - start < least) return false
  reading.ms = Number(reading.text.slice(start, Math.min(end, start + 3)).padEnd(3, '0'))
  reading.at = end
  return true
}

function readHalf(reading: Reading, std: string): boolean {
  const found = reading.text.slice(reading.at, reading.at + 2)
  const half = std === 'pm' ? found.toUpperCase() : found
  if ((std === 'pm' && found === half) || (half !== 'AM' && half !== 'PM')) return false
  reading.half = half
  reading.at += 2
  return true
}

function readAbbreviation(reading: Reading): boolean {
  const match = /^(?:GMT[+-]\d{1,2}|[A-Z]{3,5})/.exec(
    reading.text.slice(reading.at, reading.at + 6),
  )
  if (match === null) return false
  const [name] = match
  reading.at += name.length
  reading.abbreviation = name
  if (name === 'UTC') reading.offset = 0
  return true
}

const OFFSETS: Readonly<Record<string, RegExp>> = {
  '07': /^([+-])(\d\d)/,
  '0700': /^([+-])(\d\d)(\d\d)/,
  '07:00': /^([+-])(\d\d):(\d\d)/,
  '070000': /^([+-])(\d\d)(\d\d)(\d\d)/,
  '07:00:00': /^([+-])(\d\d):(\d\d):(\d\d)/,
}

function readOffset(reading: Reading, std: string): boolean {
  if (std.startsWith('Z') && reading.text[reading.at] === 'Z') {
    reading.at++
    reading.offset = 0
    return true
  }
  const match = OFFSETS[std.slice(1)]?.exec(reading.text.slice(reading.at, reading.at + 9))
  if (!match) return false
  const [all, sign, hours, minutes = '0', seconds = '0'] = match
  if (Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) > 59) return false
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  reading.offset = sign === '-' ? -size : size
  reading.at += all.length
  return true
}

function momentOf(reading: Reading, zone: TimeZone): number | undefined {
  const date = dateOf(reading)
  if (date === undefined) return undefined
  const { minute, second, ms, half, hour } = reading
  const hours = half === 'PM' && hour < 12 ? hour + 12 : half === 'AM' && hour === 12 ? 0 : hour
  const shownMs = (year: number) =>
    new Date(0).setUTCFullYear(year, date.month - 1, date.day) +
    ((hours * 60 + minute) * 60 + second) * 1000 +
    ms
  if (reading.year !== 0) return toUtc(reading, shownMs(reading.year), zone)
  const now = Date.now()
  const present = new Date(now + zone.offsetAt(now)).getUTCFullYear()
  return toUtc(reading, shownMs(present), zone)
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
