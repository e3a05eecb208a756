import { expect } from 'chai'
import { compilePattern } from '../../lib/regex/pattern.ts'
import { replacerOf } from '../../lib/regex/replace.ts'

const replaced = (pattern: string, replacement: string, text: string) =>
  replacerOf(compilePattern(pattern), replacement)(text)

const dollars = (text: string) => text.replaceAll('@{', '$' + '{')

/** As Go's ReplaceAllString answers. `@{` stands for `${`. */
const ROWS: readonly (readonly [
  pattern: string,
  replacement: string,
  text: string,
  result: string,
])[] = [
  // What is not found leaves the text.
  ['x', 'y', 'abc', 'abc'],
  ['x', 'y', '', ''],
  ['a', '', 'banana', 'bnn'],
  ['a', 'xy', 'banana', 'bxynxynxy'],
  ['an', '<$0>', 'banana', 'b<an><an>a'],
  // Matches of nothing.
  ['', '-', '', '-'],
  ['', '-', 'ab', '-a-b-'],
  ['b*', 'X', 'abc', 'XaXcX'],
  ['a*', 'X', 'baaau', 'XbXuX'],
  ['x*', '-', 'abc', '-a-b-c-'],
  ['^', '> ', 'one\ntwo', '> one\ntwo'],
  ['(?m)^', '> ', 'one\ntwo', '> one\n> two'],
  ['$', '!', 'one', 'one!'],
  ['\\b', '|', 'a bc', '|a| |bc|'],
  ['^a', 'x', 'aaa', 'xaa'],
  ['\\ba', 'x', 'aa a', 'xa x'],
  // Groups.
  ['(\\w+) (\\w+)', '$2 $1', 'one two three four', 'two one four three'],
  ['(\\w+)', '$1x', 'ab', ''],
  ['(\\w+)', '@{1}x', 'ab', 'abx'],
  ['(?P<n>\\d+)', '<@{n}>', 'a1b22', 'a<1>b<22>'],
  ['(?P<n>\\d+)', '<$n>', 'a1', 'a<1>'],
  ['(?P<n>\\d+)', '$none.', 'a1', 'a.'],
  ['(a)|(b)', '[$1$2]', 'abc', '[a][b]c'],
  ['(a)', '$2', 'a', ''],
  ['(a)', '$01', 'a', ''],
  ['(a)', '$00', 'a', ''],
  ['(a)', '$11', 'a', ''],
  ['(?:(a)|b)*', '<$1>', 'ab', '<a>'],
  ['(?i)é(x)?', '<$1>', 'Éxé', '<x><>'],
  // Dollars.
  ['a', '$$', 'a', '$'],
  ['a', '$$1', 'a', '$1'],
  ['a', '$', 'a', '$'],
  ['a', '$ 1', 'a', '$ 1'],
  ['a', '${', 'a', '${'],
  ['a', '@{}', 'a', '@{}'],
  ['a', '${1', 'a', '${1'],
  ['a', '@{a b}', 'a', '@{a b}'],
  ['a', '\\$1\\', 'a', '\\\\'],
  // Characters of two units.
  ['', '-', '😀x', '-😀-x-'],
  ['.', '<$0>', '😀', '<😀>'],
  ['x*', '-', '😀', '-😀-'],
]

describe('regex: what is replaced', () => {
  for (const row of ROWS) {
    const [pattern = '', replacement = '', text = '', result = ''] = row.map(dollars)
    const shown = [pattern, replacement, text].map(each => JSON.stringify(each)).join(', ')
    it(`${shown} is ${JSON.stringify(result)}`, () => {
      expect(replaced(pattern, replacement, text)).to.equal(result)
    })
    // What more text would change.
    if (/[$^]|^$|\*$|\\b|^\.$/.test(pattern)) continue
    it(`${shown} is that too where re2js has to run it`, () => {
      // A text with surrogates is not given to V8.
      expect(replaced(pattern, replacement, `${text}\n😀`)).to.equal(`${result}\n😀`)
    })
  }

  it('refuses text that would take for ever, and takes what is merely long', () => {
    const replace = replacerOf(compilePattern('(?:.*x)|a'), 'b')
    const startedMs = performance.now()
    expect(() => replace('a'.repeat(3_000_000))).to.throw('it takes longer than 1000 ms')
    expect(performance.now() - startedMs).to.be.below(20_000)
    expect(replaced('a', 'b', 'a'.repeat(200_000))).to.equal('b'.repeat(200_000))
  })
})
