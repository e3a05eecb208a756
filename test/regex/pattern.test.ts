import { expect } from 'chai'
import { compilePattern } from '../../lib/regex/pattern.ts'
import { translate } from '../../lib/regex/translate.ts'

describe('regular expressions', () => {
  const MEANINGS: readonly [pattern: string, text: string, found: string | undefined][] = [
    ['(?P<x>b+)', 'abbc', 'bb'],
    ['[[:alpha:]]+', '12ab3', 'ab'],
    ['\\pN+', 'a१२', '१२'],
    ['(?i)straße', 'STRASSE STRAßE', 'STRAßE'],
    ['(?m)^b$', 'a\nb\r\nb\nc', 'b'],
    ['^b$', 'a\nb', undefined],
    ['a$', 'a\n', undefined],
    ['a\\z', 'ba', 'a'],
    ['\\Qa.b\\E', 'axb a.b', 'a.b'],
    ['a.b', 'a\nb', undefined],
    ['a.b', 'a\rb', 'a\rb'],
    ['(?s)a.b', 'a\nb', 'a\nb'],
    ['\\s', '\v\u00a0', undefined],
    ['\\w+', 'é', undefined],
    ['^.$', '😀', '😀'],
    ['^.$', '\ud83d', '\ud83d'],
    ['a|ab', 'ab', 'a'],
    ['(|a)+', 'aaa', ''],
    ['', 'a', ''],
  ]
  for (const [pattern, text, found] of MEANINGS) {
    it(`are RE2's: ${pattern} in ${JSON.stringify(text)}`, () => {
      const compiled = compilePattern(pattern)
      expect(compiled.exec(text)?.text).to.equal(found)
      expect(compiled.test(text)).to.equal(found !== undefined)
    })
  }

  it('say where they match, what their groups took, and what these are called', () => {
    const { names, exec } = compilePattern('(\\d+)-(?P<unit>[a-z]+)|(?P<other>x)')
    expect(exec('in 12-ms')).to.deep.equal({
      index: 3,
      text: '12-ms',
      groups: ['12', 'ms', undefined],
    })
    expect(exec('😀 12-ms')?.index).to.equal(3)
    expect([...names]).to.deep.equal([
      ['unit', 1],
      ['other', 2],
    ])
    expect(compilePattern('(?i)(A)|(b)').exec('b')?.groups).to.deep.equal([undefined, 'b'])
    expect(compilePattern('(?:(a)|b)*').exec('ab')?.groups).to.deep.equal(['a'])
  })

  const WRONG: readonly [pattern: string, message: string][] = [
    ['a(b', 'missing closing ): `a(b`'],
    ['[a', 'missing closing ]: `[a`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`; RE2 has no lookaround'],
    ['(?<!a)', 'invalid named capture: `(?<!a)`; RE2 has no lookaround'],
    ['(a)\\1', 'invalid escape sequence: `\\1`; RE2 has no backreferences'],
    ['(a{1,200}){1,50}$', 'invalid repeat count: `{1,50}`; it may repeat up to 1000 times in all'],
  ]
  for (const [pattern, message] of WRONG) {
    it(`are refused as RE2 refuses them: ${pattern}`, () => {
      expect(() => compilePattern(pattern)).to.throw(
        `must be a regular expression of RE2: ${message}`,
      )
    })
  }

  // Each of them takes V8 alone minutes or longer, some of them as long as the universe is old.
  const HOSTILE = [
    '(a+)+$',
    '(?i)(a+)+$',
    '(a|a)+$',
    '(a{1,20}){1,50}$',
    '(?:a+a+)+b',
    '^(([a-z])+.)+[A-Z]$',
  ]
  for (const pattern of HOSTILE) {
    it(`can't hang: ${pattern}`, () => {
      const compiled = compilePattern(pattern)
      const text = `${'a'.repeat(10_000)}!`
      const start = performance.now()
      for (let count = 0; count < 5; count++) {
        expect(compiled.test(text)).to.equal(false)
        expect(compiled.exec(text)).to.equal(undefined)
      }
      expect(performance.now() - start).to.be.below(5_000)
    })
  }

  it('are refused where they are so long that they take seconds to compile', () => {
    expect(() => compilePattern('a'.repeat(10_001))).to.throw(
      'it has 10001 characters, and at most 10000 are allowed',
    )
    expect(compilePattern('a'.repeat(10_000)).test('a'.repeat(10_000))).to.equal(true)
  })

  it('take texts of megabytes, for which the stack of V8 is too small', () => {
    const text = 'ab'.repeat(8_000_000)
    expect(compilePattern('^(?:a|b)*c?$').test(text)).to.equal(true)
    expect(compilePattern('^(?:a|b)*c').test(text)).to.equal(false)
  })
})

describe('regular expressions in V8', () => {
  const SAME: readonly [pattern: string, source: string, sameGroups?: boolean][] = [
    ['^\\d+ (?P<x>[a-z-]+)$', '^\\d+ ([a-z\\-]+)$'],
    ['a.b\\s', 'a[^\\n]b[\\t\\n\\f\\r ]'],
    ['(?s)a.b', 'a[^]b'],
    ['\\Aa\\z', '^a$'],
    ['[[:upper:]_]{2,3}?', '[A-Z_]{2,3}?'],
    ['a]}', 'a\\]\\}'],
    ['é', '\\u00e9'],
    ['[\\d\\D\\w\\W\\s]', '[\\d\\D\\w\\W\\t\\n\\f\\r ]'],
    ['\\t\\n\\r\\f\\v', '\\x09\\x0a\\x0d\\x0c\\x0b'],
    ['\\x7f\\x80\\x9f\\xff', '\\x7f\\u0080\\u009f\\u00ff'],
    ['[[:ascii:][:print:]]', '[\\x00-\\x7f -~]'],
    ['[^[:blank:][:cntrl:]]', '[^\\t \\x00-\\x1f\\x7f]'],
    ['[a-]', '[a\\-]'],
    ['(?:a?b){1,2}', '(?:a?b){1,2}'],
    ['(?:(a)|b)+', '(?:(a)|b)+', false],
    ['(ab)+', '(ab)+'],
    ['', ''],
  ]
  for (const [pattern, source, sameGroups = true] of SAME) {
    it(`are the same: ${pattern}`, () => {
      expect(translate(pattern)).to.deep.equal({ source, sameGroups })
    })
  }

  const OTHERS = [
    ...['(?i)a', '(?m)^a$', '(|a)*', '(?:a*)+', '\\b*', '\\pL', '\\Qa\\E', '\\C', '[]a]', '[^\\S]'],
    ...[
      'a{,2}',
      '{',
      'a{0}',
      '(?i:a)',
      '😀',
      '[a-\\d]',
      '[\\d-a]',
      '[[:^alpha:]]',
      '\\x{61}',
      '\\a',
    ],
    ...[
      '(?=a)',
      '(a)\\1',
      '[[:none:]]',
      '(a',
      '[a',
      'a)',
      '[a-[:alpha:]]',
      '(?:a{0,2}){2}',
      '(?:(?:a{1}){0,1}){2}',
      '\\',
    ],
  ]
  for (const pattern of OTHERS) {
    it(`are not known to be the same: ${pattern}`, () => {
      expect(translate(pattern)).to.equal(undefined)
    })
  }
})
