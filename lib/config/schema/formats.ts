import { didYouMean } from '../../suggest.ts'
import { show } from './show.ts'

/**
 * A convict format that also says how its value is written in YAML. Called as convict calls a format,
 * it checks a settled value and throws in plain words; `parse` makes that value from the written one.
 */
export interface Format<T> {
  (settled: unknown): void
  /** `must be …`: what a message says when it may not show the value. */
  readonly expected: string
  /** Throws an Error that begins with `expected`. */
  readonly parse: (written: unknown) => T
  /** Of a list: what each item has to be, so that a wrong one is reported where it stands. */
  readonly items?: Format<unknown>
}

interface FormatParts<T> {
  readonly expected: string
  /** Undefined for what is not of this format. */
  readonly parse: (written: unknown) => T | undefined
  /** Where a settled value isn't written as itself (10s, and 10000 then); else `parse` serves both. */
  readonly isSettled?: (value: unknown) => boolean
  /** A guess at what was meant. */
  readonly guess?: (written: unknown) => string
  readonly items?: Format<unknown>
}

export function defineFormat<T>({ expected, guess, items, ...parts }: FormatParts<T>): Format<T> {
  const isSettled = parts.isSettled ?? (value => parts.parse(value) !== undefined)
  const error = (value: unknown) =>
    new Error(`${expected}, not ${show(value)}${guess?.(value) ?? ''}`)
  const check = (settled: unknown): void => {
    if (!isSettled(settled)) throw error(settled)
  }
  const parse = (written: unknown): T => {
    const parsed = parts.parse(written)
    if (parsed === undefined) throw error(written)
    return parsed
  }
  return Object.assign(check, { expected, parse, ...(items && { items }) })
}

/** A text of at least one character. */
export const text: Format<string> = defineFormat({
  expected: 'must be text',
  parse: written => (typeof written === 'string' && written !== '' ? written : undefined),
  // A name or an address that happens to look like a number is a number to YAML.
  guess: written =>
    typeof written === 'number' || typeof written === 'boolean' ? ' (put it in quotes)' : '',
})

/** A whole number, bounds included. */
export function integer(
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): Format<number> {
  return defineFormat({
    expected: `must be a whole number${bounds(min, max)}`,
    parse: written =>
      isSafeInteger(written) && written >= min && written <= max ? written : undefined,
  })
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function bounds(min: number, max: number): string {
  const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number
  if (max !== MAX_SAFE_INTEGER) return ` from ${min} to ${max}`
  return min === MIN_SAFE_INTEGER ? '' : `, ${min} or more`
}

/** One of a few words: as convict's array of them, but with a guess at which was meant. */
export function oneOf<const T extends string>(words: readonly T[]): Format<T> {
  return defineFormat({
    expected: `must be one of ${words.join(', ')}`,
    parse: written => words.find(word => word === written),
    guess: written => (typeof written === 'string' ? didYouMean(written, words) : ''),
  })
}

/** A list of which each item is what `items` says: `listOf(text)`, `listOf(oneOf(['cpu', 'load']))`. */
export function listOf<T>(items: Format<T>): Format<readonly T[]> {
  return defineFormat({
    expected: 'must be a list, such as [a, b]',
    parse: written => (Array.isArray(written) ? written.map(item => items.parse(item)) : undefined),
    isSettled: settled => Array.isArray(settled) && settled.every(item => accepts(items, item)),
    items,
  })
}

/** Whether a settled value is of a format. */
export function accepts(format: Format<unknown>, settled: unknown): boolean {
  try {
    format(settled)
    return true
  } catch {
    return false
  }
}
