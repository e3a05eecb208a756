import { expect } from 'chai'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { weightOf } from '../../lib/regex/weight.ts'

describe('the weight of a regular expression', () => {
  const WEIGHTS: readonly [pattern: string, weight: number][] = [
    ['', 0],
    ['abc', 3],
    ['a*b+?', 5],
    ['[ab]{3}', 4 + 4 + 4 + 3],
    ['a{2,10}', 10 + 6],
    ['a{2,}', 2 + 4],
    ['a{0}', 1 + 3],
    ['x{', 2],
    ['x{,3}', 5],
    ['(ab){3}', 4 * 3 + 3],
    ['((a{2}b){3}){4}', 4 * (3 * (2 + 3 + 1 + 2) + 3 + 2) + 3],
    ['(a{3}', 3 + 3],
    ['a)b', 4],
    ['\\(a\\)\\{2}', 9],
    ['[(]{2}', 3 + 3 + 3],
    ['[]a]{2}', 4 + 4 + 3],
    ['[^\\]a]{2}', 6 + 6 + 3],
    ['[[:alpha:](]{2}', 12 + 12 + 3],
    ['[(a', 3],
    ['[(\\', 3],
    ['\\Q((\\E{2}', 6 + 6 + 3],
    ['\\Q((', 4],
    ['\\pL', 53],
    ['\\p{Greek}{2}', 59 * 2 + 3],
    ['[\\pL\\PN]', 108],
    ['\\p{Greek', 3 + 50 + 5],
    ['a'.repeat(10_000), 10_000],
    ['a'.repeat(10_001), 0],
  ]
  for (const [pattern, weight] of WEIGHTS) {
    it(`of ${JSON.stringify(pattern.slice(0, 20))} is ${weight}`, () => {
      expect(weightOf(pattern)).to.equal(weight)
    })
  }

  it('grows as its program does, which is at most about four times as long', () => {
    const atom = fc.constantFrom(
      ...[
        'a',
        '.',
        '[a-z]',
        '[^]x(]',
        '\\w',
        '\\(',
        '\\Qa(b\\E',
        '(?:)',
        '(?i:k)',
        '^',
        '[[:digit:])]',
      ],
    )
    const count = fc.constantFrom('', '', '*', '+?', '{3}', '{2,5}', '{4,}', '{0,7}')
    const { pattern } = fc.letrec<{ pattern: string }>(tie => ({
      pattern: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map(both => both.join('')),
        fc.tuple(tie('pattern'), tie('pattern')).map(both => `(${both.join('|')})`),
        fc.tuple(tie('pattern'), count).map(([inner, times]) => `(?:${inner})${times}`),
      ),
    }))
    fc.assert(
      fc.property(pattern, source => {
        expect(RE2JS.compile(source).programSize()).to.be.at.most(4 * weightOf(source) + 10)
      }),
      { numRuns: 300 },
    )
  })

  it('is told in no time, whatever is left open', () => {
    const started = process.cpuUsage().user
    for (const part of ['[', '[[:a', '[[:a:]', '[\\', '\\p{', '\\Q', '(', '{1', 'a{1000}', '[^]']) {
      weightOf(`${part.repeat(10_000 / part.length - 1)}\\`)
    }
    expect((process.cpuUsage().user - started) / 1000, 'milliseconds').to.be.below(1_000)
  })
})
