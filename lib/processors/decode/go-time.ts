// Reads a time by a layout, as Go's time.ParseInLocation does.

import type { Chunk, Layout } from './go-layout.ts'
import { momentOf, type Reading } from './go-moment.ts'
import type { TimeZone } from './time-zone.ts'

const MONTHS =
  'january february march april may june july august september october november december'.split(' ')
const DAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
const LONGEST_NAME = 9

/** Reads a part of a time; false if it is not there. */
type Read = (reading: Reading) => boolean

/**
 * Reads times that are written like a layout: in milliseconds; undefined if the text is not. Without a year
 * it is of the present year in that zone.
 */
export function timeReader(layout: Layout, zone: TimeZone): (text: string) => number | undefined {
  const reads = layout.chunks.flatMap((chunk, at): readonly Read[] => [
    ...(chunk.before === '' ? [] : [skipper(chunk.before)]),
    readOf(chunk, layout.chunks[at + 1]),
  ])
  const all = layout.end === '' ? reads : [...reads, skipper(layout.end)]
  return text => {
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
    for (const read of all) if (!read(reading)) return undefined
    return reading.at < text.length ? undefined : momentOf(reading, zone)
  }
}

function skipper(literal: string): Read {
  return reading => skip(reading, literal)
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

function readOf({ std, digits }: Chunk, next: Chunk | undefined): Read {
  const least = std.length
  switch (std) {
    case 'frac0':
      return reading => readFraction(reading, digits, digits)
    case 'frac9':
      return reading => !startsFraction(reading) || readFraction(reading, 1, Infinity)
    case '2006':
      return reading => set(reading, 'year', number(reading, 4, 4), 0, 9999)
    case '06':
      return reading => set(reading, 'year', century(number(reading, 2, 2)), 1969, 2068)
    case 'January':
      return monthReader(MONTHS)
    case 'Jan':
      return monthReader(short(MONTHS))
    case '1':
    case '01':
      return reading => set(reading, 'month', number(reading, least, 2), 1, 12)
    case 'Monday':
      return dayNameReader(DAYS)
    case 'Mon':
      return dayNameReader(short(DAYS))
    case '_2':
    case '2':
    case '02':
      return dayReader(std)
    case '__2':
    case '002':
      return yearDayReader(std)
    case '15':
      return reading => set(reading, 'hour', number(reading, 1, 2), 0, 23)
    case '3':
    case '03':
      return reading => set(reading, 'hour', number(reading, least, 2), 0, 12)
    case '4':
    case '04':
      return reading => set(reading, 'minute', number(reading, least, 2), 0, 59)
    case '5':
    case '05':
      return secondReader(least, next)
    case 'PM':
    case 'pm':
      return reading => readHalf(reading, std)
    case 'MST':
      return readAbbreviation
    default:
      return offsetReader(std)
  }
}

function monthReader(names: readonly string[]): Read {
  return reading => set(reading, 'month', nameIn(reading, names), 1, 12)
}

function dayNameReader(names: readonly string[]): Read {
  return reading => nameIn(reading, names) !== undefined
}

function short(names: readonly string[]): readonly string[] {
  return names.map(name => name.slice(0, 3))
}

/** Whether the month has the day shows in the end. */
function dayReader(std: string): Read {
  return reading => {
    if (std === '_2' && reading.text[reading.at] === ' ') reading.at++
    return set(reading, 'day', number(reading, std === '02' ? 2 : 1, 2), 0, 99)
  }
}

function yearDayReader(std: string): Read {
  return reading => {
    for (let spaces = 0; spaces < 2 && std === '__2'; spaces++) {
      if (reading.text[reading.at] === ' ') reading.at++
    }
    return set(reading, 'yearDay', number(reading, std === '002' ? 3 : 1, 3), 1, 366)
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
function nameIn(reading: Reading, names: readonly string[]): number | undefined {
  const rest = reading.text.slice(reading.at, reading.at + LONGEST_NAME).toLowerCase()
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? ''
    if (!rest.startsWith(name)) continue
    reading.at += name.length
    return index + 1
  }
  return undefined
}

/** A fraction is read also where the layout has none. */
function secondReader(least: number, next: Chunk | undefined): Read {
  const isNext = next?.before === '' && next.std.startsWith('frac')
  return reading =>
    set(reading, 'second', number(reading, least, 2), 0, 59) &&
    (isNext || !startsFraction(reading) || readFraction(reading, 1, Infinity))
}

function startsFraction({ text, at }: Reading): boolean {
  return (text[at] === '.' || text[at] === ',') && isDigit(text, at + 1)
}

/** Events have milliseconds; further digits are cut off. */
function readFraction(reading: Reading, least: number, most: number): boolean {
  if (!startsFraction(reading)) return false
  const start = reading.at + 1
  let end = start
  while (end - start < most && isDigit(reading.text, end)) end++
  if (end - start < least) return false
  reading.ms = Number(reading.text.slice(start, Math.min(end, start + 3)).padEnd(3, '0'))
  reading.at = end
  return true
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
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

/** `-07:00`: a sign and two numbers, with what is between them. */
function offsetReader(std: string): Read {
  const numbers = std.replaceAll(/\D/g, '').length / 2
  const colon = std.includes(':') ? ':' : ''
  return reading => {
    const { text } = reading
    if (std.startsWith('Z') && text[reading.at] === 'Z') {
      reading.at++
      reading.offset = 0
      return true
    }
    const sign = text[reading.at++]
    if (sign !== '+' && sign !== '-') return false
    let size = 0
    for (let at = 0; at < numbers; at++) {
      if (at > 0 && colon !== '' && text[reading.at++] !== colon) return false
      const value = number(reading, 2, 2)
      if (value === undefined || value > (at === 0 ? 24 : 59)) return false
      size += value * (3600 / 60 ** at)
    }
    reading.offset = sign === '-' ? -size : size
    return true
  }
}
