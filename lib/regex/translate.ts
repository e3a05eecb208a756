// Writes a regular expression of RE2 as one of JavaScript, if the two are sure to mean the same, of texts
// without surrogates. Where they differ:
//
//   .          any character but \n; JavaScript also excludes \r, U+2028 and U+2029
//   \s         [\t\n\f\r ]; in JavaScript also \v and all of Unicode's
//   (?m) (?i) \pN \C \Q…\E \z …        other words, or none
//   (|a)*      an iteration that takes nothing ends the loop in RE2, and is no iteration in JavaScript
//   (?:(a)|b)* a group keeps what it took in an earlier iteration; JavaScript forgets it
//
// Anything that is not known here to be the same gives undefined. The pattern has been parsed by RE2's rules
// before, so this need not refuse what is wrong.

interface Translated {
  readonly source: string
  /** Whether the groups are the same too, not only whether and where it matches. */
  readonly sameGroups: boolean
}

/** A part of a pattern. */
interface Part {
  readonly js: string
  /** Whether it may match nothing. */
  readonly nullable: boolean
  /** How many groups that capture are in it. */
  readonly groups: number
}

export function translate(pattern: string): Translated | undefined {
  try {
    const reader = new Reader(pattern)
    const { js } = reader.alternatives()
    if (!reader.atEnd) return undefined
    return { source: js, sameGroups: reader.sameGroups }
  } catch (thrown) {
    if (thrown === UNSURE) return undefined
    throw thrown
  }
}

const UNSURE = Symbol('not known to be the same')

function unsure(): never {
  throw UNSURE
}

/** ASCII without control characters, and the rest of the basic plane without surrogates. */
const PLAIN = /^[\t -~\xa0-\ud7ff\ue000-\uffff]$/
const SPECIAL = '\\^$.|?*+()[]{}'
const PUNCTUATION = /^[!-/:-@[-`{-~ ]$/
const SPACE = '\\t\\n\\f\\r '

/** Escapes that stand for a set, outside of `[]`. */
const SETS: Readonly<Record<string, string>> = {
  d: '\\d',
  D: '\\D',
  w: '\\w',
  W: '\\W',
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
}

/** The same within `[]`. */
const SETS_INSIDE: Readonly<Record<string, string>> = {
  d: '\\d',
  D: '\\D',
  w: '\\w',
  W: '\\W',
  s: SPACE,
}

/** Escapes that stand for one character. */
const CHARACTERS: Readonly<Record<string, string>> = {
  t: '\t',
  n: '\n',
  r: '\r',
  f: '\f',
  v: '\v',
}

const ASSERTIONS: Readonly<Record<string, string>> = { b: '\\b', B: '\\B', A: '^', z: '$' }

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

class Reader {
  readonly #pattern: string
  readonly #dot: string
  #at = 0
  sameGroups = true

  constructor(pattern: string) {
    const dotAll = pattern.startsWith('(?s)')
    this.#pattern = dotAll ? pattern.slice('(?s)'.length) : pattern
    this.#dot = dotAll ? '[^]' : '[^\\n]'
  }

  get atEnd(): boolean {
    return this.#at === this.#pattern.length
  }

  alternatives(): Part {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    return {
      js: parts.map(({ js }) => js).join('|'),
      nullable: parts.some(({ nullable }) => nullable),
      groups: sum(parts),
    }
  }

  #sequence(): Part {
    const parts: Part[] = []
    while (!this.atEnd && !'|)'.includes(this.#peek())) parts.push(this.#repeated())
    return {
      js: parts.map(({ js }) => js).join(''),
      nullable: parts.every(({ nullable }) => nullable),
      groups: sum(parts),
    }
  }

  #repeated(): Part {
    const atom = this.#atom()
    const [written, least] = this.#count()
    if (written === '') return atom
    if (atom.nullable || written.startsWith('{0}')) unsure()
    // A group that is itself repeated takes part in every iteration; those in it may not.
    if (atom.groups > (CAPTURING.test(atom.js) ? 1 : 0)) this.sameGroups = false
    return { ...atom, js: atom.js + written, nullable: least === 0 }
  }

  /** A count as it is written, `''` for none, and its least number. */
  #count(): readonly [string, number] {
    const [written = ''] = this.#match(/[*+?]\??|\{\d+(?:,\d*)?\}\??/y) ?? []
    if (written.startsWith('{')) return [written, Number.parseInt(written.slice(1), 10)]
    return [written, written.startsWith('+') ? 1 : 0]
  }

  #atom(): Part {
    const char = this.#next()
    if (char === '(') return this.#group()
    if (char === '[') return { js: this.#set(), nullable: false, groups: 0 }
    if (char === '.') return { js: this.#dot, nullable: false, groups: 0 }
    if (char === '^' || char === '$') return { js: char, nullable: true, groups: 0 }
    if (char === '\\') return this.#escape()
    if (char !== ']' && char !== '}' && SPECIAL.includes(char)) unsure()
    return { js: literal(char), nullable: false, groups: 0 }
  }

  #group(): Part {
    const captures = !this.#take('?:')
    if (captures && !this.#match(/\?P?<\w+>/y) && this.#peek() === '?') unsure()
    const { js, nullable, groups } = this.alternatives()
    if (!this.#take(')')) unsure()
    return { js: `(${captures ? '' : '?:'}${js})`, nullable, groups: groups + (captures ? 1 : 0) }
  }

  #escape(): Part {
    const char = this.#next()
    const assertion = own(ASSERTIONS, char)
    if (assertion !== undefined) return { js: assertion, nullable: true, groups: 0 }
    return { js: own(SETS, char) ?? literal(this.#escaped(char)), nullable: false, groups: 0 }
  }

  /** The character that `\` and this one, which has been read, stand for. */
  #escaped(char: string): string {
    if (PUNCTUATION.test(char)) return char
    if (char !== 'x') return own(CHARACTERS, char) ?? unsure()
    const [hex] = this.#match(/[0-9a-fA-F]{2}/y) ?? unsure()
    return String.fromCharCode(Number.parseInt(hex, 16))
  }

  /** What follows `[`. */
  #set(): string {
    const sign = this.#take('^') ? '^' : ''
    // In JavaScript it would end the set at once.
    if (this.#peek() === ']') unsure()
    let items = ''
    while (!this.#take(']')) items += this.#item()
    return `[${sign}${items}]`
  }

  #item(): string {
    const [, posix] = this.#match(/\[:(\w+):\]/y) ?? []
    if (posix !== undefined) return own(POSIX, posix) ?? unsure()
    if (this.#match(/\[:/y)) unsure()
    const [, set = ''] = this.#match(/\\([dDwWs])/y) ?? []
    const inside = own(SETS_INSIDE, set)
    if (inside !== undefined) {
      if (this.#peek() === '-') unsure()
      return inside
    }
    const from = this.#member()
    if (this.#peek() !== '-' || this.#peek(1) === ']') return literal(from)
    this.#next()
    if (/^(\\[dDwWsS]|\[:)/.test(this.#peek() + this.#peek(1))) unsure()
    const to = this.#member()
    if (from > to) unsure()
    return `${literal(from)}-${literal(to)}`
  }

  #member(): string {
    const char = this.#next()
    return char === '\\' ? this.#escaped(this.#next()) : char
  }

  #peek(ahead = 0): string {
    return this.#pattern.charAt(this.#at + ahead)
  }

  #next(): string {
    if (this.atEnd) unsure()
    return this.#pattern.charAt(this.#at++)
  }

  #take(word: string): boolean {
    if (!this.#pattern.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#pattern)
    if (found !== null) this.#at += found[0].length
    return found
  }
}

/** A group that captures, as the atom of a count. */
const CAPTURING = /^\((?!\?)/

function sum(parts: readonly Part[]): number {
  return parts.reduce((all, { groups }) => all + groups, 0)
}

function literal(char: string): string {
  const code = char.charCodeAt(0)
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  if (!PLAIN.test(char) && !(code >= 0x80 && code < 0xa0)) unsure()
  if (code >= 0x80) return `\\u${code.toString(16).padStart(4, '0')}`
  return /[\w\s]/.test(char) ? char : `\\${char}`
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
