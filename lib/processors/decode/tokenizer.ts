// The tokenizer of dissect: `%{client} [%{+ts/2} %{+ts/1}] %{verb->} %{?name}=%{&name} %{size#4} %{bytes|long}`.
//
//   key     `key`, `+key` is appended, `?key` and `*key` name the value of `&key`, empty skips
//   /2      the order of what is appended
//   #4      so many characters
//   ->      the delimiter after it may be repeated
//   |long   the type

import { VALUE_TYPES, type ValueType } from '../change/value-types.ts'
import type { Field } from '../field.ts'
import { fieldOf, hasTooManyKeys, TOO_MANY_KEYS } from '../field.ts'

type Kind = 'plain' | 'append' | 'name' | 'named' | 'skip'

export interface Token {
  readonly kind: Kind
  readonly key: string
  /** The text in front of it. */
  readonly before: string
  readonly order: number
  /** 0: up to the next delimiter. */
  readonly length: number
  readonly isPadded: boolean
  readonly type: ValueType | undefined
}

export interface Tokenizer {
  readonly tokens: readonly Token[]
  /** The text after the last token. */
  readonly end: string
}

const INSIDE = /^([+?*&]?)([^/#|]*?)(?:\/(\d{1,2}))?(?:#(\d{1,6}))?(->)?(?:\|(\w+))?(->)?$/s
const KINDS: Readonly<Record<string, Kind>> = {
  '': 'plain',
  '+': 'append',
  '?': 'name',
  '*': 'name',
  '&': 'named',
}

/**
 * @throws Error that says what is wrong with it
 */
export function parseTokenizer(text: string): Tokenizer {
  const { parts, end } = partsOf(text)
  if (parts.length === 0) throw new Error('it has no %{key}')
  const tokens = parts.map(([before, inside]) => tokenOf(before, inside))
  const names = new Set(tokens.filter(({ kind }) => kind !== 'named').map(({ key }) => key))
  for (const { kind, key } of tokens) {
    if (kind === 'named' && !names.has(key)) throw new Error(`nothing names the key of %{&${key}}`)
  }
  const parsed = { tokens, end }
  for (const [at, { length, isPadded }] of tokens.entries()) {
    const after = tokens[at + 1]?.before ?? end
    if (isPadded && after === '') throw new Error('-> needs a delimiter after its key')
    if (at + 1 < tokens.length && after === '' && length === 0) {
      throw new Error('two keys need a delimiter between them, or a length: %{key#4}')
    }
  }
  return parsed
}

type Part = readonly [before: string, inside: string]

/** Each `%{inside}` with the text in front of it, and what is left. */
function partsOf(text: string): { readonly parts: readonly Part[]; readonly end: string } {
  const parts: Part[] = []
  let at = 0
  while (true) {
    const open = text.indexOf('%{', at)
    const close = open < 0 ? -1 : text.indexOf('}', open)
    if (close < 0) return { parts, end: text.slice(at) }
    parts.push([text.slice(at, open), text.slice(open + 2, close)])
    at = close + 1
  }
}

function tokenOf(before: string, inside: string): Token {
  const match = INSIDE.exec(inside)
  if (match === null) throw new Error(`%{${shortened(inside)}} can't be read`)
  const [, prefix = '', key = '', order = '0', length = '0', padded, type, paddedLast] = match
  const wanted = VALUE_TYPES.find(each => each === type)
  if (type !== undefined && wanted === undefined) {
    throw new Error(`the types are ${VALUE_TYPES.join(', ')}, not ${type}`)
  }
  if (key === '' && prefix !== '' && prefix !== '?') throw new Error(`%{${inside}} has no key`)
  if (hasTooManyKeys(key))
    throw new Error(`%{${shortened(key)}} can't be a field (${TOO_MANY_KEYS})`)
  if (/^[+?*&]/.test(key)) throw new Error(`%{${inside}} has two prefixes`)
  return {
    kind: key === '' ? 'skip' : (KINDS[prefix] ?? 'plain'),
    key,
    before,
    order: Number(order),
    length: Number(length),
    isPadded: (padded ?? paddedLast) !== undefined,
    type: wanted,
  }
}

const MOST_SHOWN = 60

function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}

/**
 * The text of each token, in their order; undefined if the text does not match. It has to begin with the
 * first delimiter. Empty text never matches.
 */
export function split({ tokens, end }: Tokenizer, text: string): readonly string[] | undefined {
  const first = tokens[0]?.before ?? ''
  if (text === '' || !text.startsWith(first)) return undefined
  const values: string[] = []
  const last = tokens.length - 1
  let at = first.length
  let index = 0
  for (const token of tokens) {
    const delimiter = index === last ? end : (tokens[index + 1]?.before ?? '')
    const stop = stopOf(text, at, token, delimiter)
    if (stop < 0) return undefined
    // What has a length at the end of the tokenizer is the end of the text, too.
    if (index === last && token.length > 0 && end === '' && stop < text.length) return undefined
    values.push(text.slice(at, stop))
    at = stop + delimiter.length
    if (token.isPadded) while (text.startsWith(delimiter, at)) at += delimiter.length
    index++
  }
  return values
}

/** Where the value of a token ends; -1 if it has none. */
function stopOf(text: string, at: number, { length }: Token, delimiter: string): number {
  if (length === 0) return delimiter === '' ? text.length : text.indexOf(delimiter, at)
  const stop = at + length
  return stop <= text.length && text.startsWith(delimiter, stop) ? stop : -1
}

/** A key that two of them can't have: one would have to be a map and the other none. */
export function clashOf(names: Iterable<string>): string | undefined {
  const known = new Set(names)
  for (const name of known) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const above = name.slice(0, dot)
      if (known.has(above)) return above
    }
  }
  return undefined
}

/** The field below a prefix. */
export function below(prefix: string, key: string): Field {
  return fieldOf(prefix === '' ? key : `${prefix}.${key}`)
}
