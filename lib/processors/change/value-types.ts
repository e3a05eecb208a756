// Turns a value into one of another type, for convert and dissect. Each function throws an Error without the
// value in its message.

import { isIP } from 'node:net'
import { kindOf } from '../field.ts'

export const VALUE_TYPES = [
  'integer',
  'long',
  'float',
  'double',
  'string',
  'boolean',
  'ip',
] as const
export type ValueType = (typeof VALUE_TYPES)[number]

const CONVERSIONS: Readonly<Record<ValueType, (value: unknown) => unknown>> = {
  integer: value => inRange(toLong(value), -(2 ** 31), 2 ** 31 - 1),
  long: toLong,
  float: value => shortestFloat(toDouble(value)),
  double: toDouble,
  string: toText,
  boolean: toBoolean,
  ip: toIp,
}

/**
 * @throws Error if the value is none of that type and can't be read as one
 */
export function converted(type: ValueType, value: unknown): unknown {
  return CONVERSIONS[type](value)
}

/**
 * As Go writes a value with `%v`, which Beats uses for text: whole numbers as integers, others as floats with
 * an exponent where it is below -4 or above 5. Maps and lists are JSON instead.
 */
export function goText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'number') return value === null ? '<nil>' : JSON.stringify(value)
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return String(value)
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power <= 5) return String(value)
  const digits = String(Math.abs(power)).padStart(2, '0')
  return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`
}

/** Of text beyond what a number holds exactly the digits are kept, as text. */
function toLong(value: unknown): number | string {
  if (typeof value === 'number') return Math.trunc(value) + 0
  // The most frequent by far, and a number holds it exactly.
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value)
  const match = /^([+-]?)(?:(\d+)|0x([\da-f]+))$/i.exec(asText(value, 'a whole number'))
  if (match === null || (match[2] ?? match[3] ?? '').length > 80) throw notThat('a whole number')
  const [, sign, decimal, hex] = match
  const size = BigInt(decimal ?? `0x${hex}`)
  const exact = sign === '-' ? -size : size
  if (exact < -(2n ** 63n) || exact >= 2n ** 63n) throw new Error('the value is too large')
  const number = Number(exact)
  return Number.isSafeInteger(number) ? number : String(exact)
}

function inRange(value: number | string, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw new Error(`the value is not from ${min} to ${max}`)
}

function toDouble(value: unknown): number {
  if (typeof value === 'number') return value
  const text = asText(value, 'a number')
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw notThat('a number')
  return finite(Number(text))
}

/** The number that is nearest as 32 bits, with as few digits as tell it from its neighbours. */
function shortestFloat(value: number): number {
  const float = finite(Math.fround(value))
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits))
    if (Math.fround(short) === float) return short
  }
  return Number(float.toPrecision(9))
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new Error('the value is too large')
}

function toText(value: unknown): string {
  if (value === null || value === undefined) throw notThat('text', value)
  return goText(value)
}

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const text = asText(value, 'true or false')
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false
  throw notThat('true or false')
}

function toIp(value: unknown): string {
  const text = asText(value, 'an IP address')
  if (isIP(text) !== 0 && !text.includes('%')) return text
  throw notThat('an IP address')
}

function asText(value: unknown, wanted: string): string {
  if (typeof value === 'string') return value
  throw notThat(wanted, value)
}

function notThat(wanted: string, value?: unknown): TypeError {
  return new TypeError(`${value === undefined ? 'the text' : kindOf(value)} is not ${wanted}`)
}
