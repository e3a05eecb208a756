import { setFlagsFromString } from 'node:v8'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { compilePattern, type Match } from '../../lib/regex/pattern.ts'
import { translate } from '../../lib/regex/translate.ts'
import type { Target } from './fuzz.ts'
import { mostly } from './hostile.ts'

const ATOMS = [
  ...['a', 'b', 'c', 'ab', 'é', '-', '_', ' ', '0', 'K', ']', '}', ',', '/'],
  ...[
    '.',
    '\\d',
    '\\D',
    '\\w',
    '\\W',
    '\\s',
    '\\S',
    '\\.',
    '\\-',
    '\\n',
    '\\t',
    '\\x61',
    '\\x{61}',
  ],
  ...[
    '[ab]',
    '[^a]',
    '[a-c]',
    '[^\\n]',
    '[\\w-]',
    '[-a]',
    '[[:alpha:]_]',
    '[^[:space:]]',
    '[\\s\\d]',
  ],
  ...[
    '[\\D]',
    '[^\\W]',
    '[a\\]]',
    '[]a]',
    '[[]',
    '[+--]',
    '[!-~]',
    '[[:punct:]]',
    '[^\\x00-\\x1f]',
  ],
  ...[
    '^',
    '$',
    '\\b',
    '\\B',
    '\\A',
    '\\z',
    '\\pL',
    '\\Qa.\\E',
    '(?i)k',
    '(?m:^a$)',
    '😀',
    '\\C',
    '\\Z',
  ],
  ...[
    '(?s:.)',
    '\\a',
    '\\_',
    '\\/',
    '(?=a)',
    '\\1',
    '{',
    '{,2}',
    '[[:^alpha:]]',
    '[^]',
    '\\v',
    '\\0',
  ],
]
const COUNTS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{0}', '{1,3}', '{2,}', '{0,2}?', '{20}']
const OPENINGS = ['(', '(?:', '(?P<x>', '(?<y>']

const { pattern } = fc.letrec<{ pattern: string; part: string; atom: string }>(tie => ({
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom(...ATOMS) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...OPENINGS), tie('pattern')).map(groupOf) },
  ),
  part: fc
    .tuple(tie('atom'), fc.option(fc.constantFrom(...COUNTS), { nil: '', freq: 2 }))
    .map(([atom, count]) => atom + count),
  pattern: fc
    .array(fc.array(tie('part'), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map(alternatives => alternatives.map(parts => parts.join('')).join('|')),
}))

function groupOf([opening, inner]: readonly [string, string]): string {
  return `${opening}${inner})`
}

const CHARS = [
  ...['a', 'b', 'c', 'k', 'K', '\u212a', 'é', '-', '_', ' ', '0', '9', ']', '}', '/', '.', ','],
  ...[
    '\n',
    '\r',
    '\t',
    '\v',
    '\u2028',
    '\u00a0',
    '\ufeff',
    '\0',
    '😀',
    '\ud83d',
    '\udfff',
    '+',
    '!',
  ],
]
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...CHARS), maxLength: 12 }),
)
const written = fc.tuple(fc.constantFrom('', '', '', '(?s)', '(?i)', '(?m)'), pattern)

interface Input {
  readonly pattern: string
  readonly texts: readonly string[]
}

/** Whatever runs a pattern: the answers are those of RE2. Accepted: those that V8 runs. */
export function regexTarget(): Target<unknown> {
  return {
    name: 'regular expressions',
    inputs: mostly(
      fc.record({
        pattern: written.map(parts => parts.join('')),
        texts: fc.array(text, { minLength: 1, maxLength: 4 }),
      }),
    ),
    holds: input => isInput(input) && sameAnswers(input),
  }
}

function isInput(input: unknown): input is Input {
  return typeof Object(input).pattern === 'string' && Array.isArray(Object(input).texts)
}

function sameAnswers({ pattern, texts }: Input): boolean {
  const reference = parsed(() => RE2JS.compile(pattern))
  const ours = parsed(() => compilePattern(pattern))
  if ((reference === undefined) !== (ours === undefined)) throw new Error('one refuses it')
  if (reference === undefined || ours === undefined) return false
  const translated = translate(pattern)
  const second = translated && parsed(() => secondEngine(translated.source))
  for (const text of texts) {
    if (typeof text !== 'string') continue
    const right = RE2JS.compile(pattern).exec(text)
    const [expected, got] = [show(plain(right)), show(ours.exec(text))]
    if (expected !== got) throw new Error(`${show(text)}: ${got}, not ${expected}`)
    if (ours.test(text) !== (right !== null)) throw new Error(`${show(text)}: test is wrong`)
    if (second === undefined || /[\ud800-\udfff]/.test(text)) continue
    const other = translated?.sameGroups ? plain(second.exec(text)) : second.test(text)
    const same = translated?.sameGroups ? expected : show(right !== null)
    if (show(other) !== same) throw new Error(`${show(text)}: V8's second engine: ${show(other)}`)
  }
  return second !== undefined
}

/** V8's second engine alone, which V8 itself takes after many steps back. */
function secondEngine(source: string): RegExp {
  setFlagsFromString('--enable-experimental-regexp-engine')
  return new RegExp(source, 'l')
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}

function plain(found: readonly unknown[] | null): Match | undefined {
  if (found === null) return undefined
  const [text, ...groups] = found.map(each => (each === undefined ? undefined : String(each)))
  return { index: Number(Reflect.get(found, 'index')), text: text ?? '', groups }
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}
