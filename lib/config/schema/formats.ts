import { didYouMean } from '../../suggest.ts'
import { show } from './show.ts'

/** JSON Schema, draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * A convict format that also knows how its value is written in YAML. Convict calls it to check a settled
 * value, and it throws an Error with a plain message; `parse` makes the settled value from the written one.
 */
export interface Format<T> {
  (settled: unknown): void
  /** `must be …`: the message when the value must not be shown. */
  readonly expected: string
  /** Throws an Error whose message begins with `expected`. */
  readonly parse: (written: unknown) => T
  /** For a list: the format of its items, so that a wrong item is reported at its own path. */
  readonly items?: Format<unknown>
  /** What may be written, as far as JSON Schema can say it, for editors. It refuses nothing that `parse` takes. */
  readonly json?: JsonSchema
}

interface FormatOptions<T> {
  readonly expected: string
  /** Returns undefined for a value that is not of this format. */
  readonly parse: (written: unknown) => T | undefined
  /** Needed if the settled value differs from the written one (10000 and 10s); else `parse` checks both. */
  readonly isSettled?: (value: unknown) => boolean
  /** A guess at what the user meant, to end the message with. */
  readonly guess?: (written: unknown) => string
  readonly items?: Format<unknown>
  readonly json?: JsonSchema
}

export function defineFormat<T>({
  expected,
  guess,
  items,
  json,
  ...parts
}: FormatOptions<T>): Format<T> {
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
  return Object.assign(check, { expected, parse, ...(items && { items }), ...(json && { json }) })
}

/** Text of at least one character. */
export const text: Format<string> = defineFormat({
  expected: 'must be text',
  parse: written => (typeof written === 'string' && written !== '' ? written : undefined),
  // YAML reads a name or an address that looks like a number as a number.
  guess: written =>
    typeof written === 'number' || typeof written === 'boolean' ? ' (put it in quotes)' : '',
  json: { type: 'string', minLength: 1 },
})

/** A whole number from `min` to `max`, both included. */
export function integer(
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): Format<number> {
  return defineFormat({
    expected: `must be a whole number${bounds(min, max)}`,
    parse: written =>
      isSafeInteger(written) && written >= min && written <= max ? written : undefined,
    json: {
      type: 'integer',
      ...(min > Number.MIN_SAFE_INTEGER && { minimum: min }),
      ...(max < Number.MAX_SAFE_INTEGER && { maximum: max }),
    },
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

/** One of a few words, like an array in convict, but with a guess at the word that was meant. */
export function oneOf<const T extends string>(words: readonly T[]): Format<T> {
  return defineFormat({
    expected: `must be one of ${words.join(', ')}`,
    parse: written => words.find(word => word === written),
    guess: written => (typeof written === 'string' ? didYouMean(written, words) : ''),
    json: { enum: words },
  })
}

/** A list whose items are all of one format: `listOf(text)`, `listOf(oneOf(['cpu', 'load']))`. */
export function listOf<T>(items: Format<T>): Format<readonly T[]> {
  return defineFormat({
    expected: 'must be a list, such as [a, b]',
    parse: written => (Array.isArray(written) ? written.map(item => items.parse(item)) : undefined),
    isSettled: settled => Array.isArray(settled) && settled.every(item => accepts(items, item)),
    items,
    json: { type: 'array', items: items.json ?? {} },
  })
}

/** Whether a format accepts a settled value. */
export function accepts(format: Format<unknown>, settled: unknown): boolean {
  try {
    format(settled)
    return true
  } catch {
    return false
  }
}
