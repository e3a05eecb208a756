import { expect } from 'chai'
import replace from '../../../lib/processors/change/replace.ts'
import { outcome, type Row } from '../opened.ts'

const one = (field: string, pattern: string, replacement: string) => ({
  fields: [{ field, pattern, replacement }],
})

describe('processor: replace', () => {
  const ROWS: readonly Row[] = [
    ['replaces all through the text', one('m', 'a', 'b'), { m: 'banana' }, { m: 'bbnbnb' }],
    ['removes', one('m', '[[:space:]]+', ''), { m: ' a b ' }, { m: 'ab' }],
    ['leaves what does not match', one('m', 'x', 'y'), { m: 'abc' }, { m: 'abc' }],
    [
      'puts groups where they are named',
      one('m', '(?P<user>\\w+)@(\\w+)', '$2 has $user'),
      { m: 'kim@web lee@db' },
      { m: 'web has kim db has lee' },
    ],
    ['reads below maps', one('a.b', '^/usr', ''), { a: { b: '/usr/bin' } }, { a: { b: '/bin' } }],
    ['reads keys with dots', one('a.b', 'x', 'y'), { 'a.b': 'x' }, { 'a.b': 'y' }],
    ['sets @metadata', one('@metadata.a', 'x', 'y'), md('x'), md('y')],
    [
      'goes through the fields in order',
      {
        fields: [
          { field: 'm', pattern: 'a', replacement: 'b' },
          { field: 'm', pattern: 'b', replacement: 'c' },
          { field: 'n', pattern: '$', replacement: '!' },
        ],
      },
      { m: 'ab', n: 'hey' },
      { m: 'cc', n: 'hey!' },
    ],
    [
      'fails for a field that is missing',
      one('m', 'a', 'b'),
      {},
      failure('the field m is missing'),
    ],
    [
      'passes by what is missing',
      { ...one('m', 'a', 'b'), ignore_missing: true },
      { n: 1 },
      { n: 1 },
    ],
    [
      'fails for a number',
      one('m', '1', '2'),
      { m: 1 },
      failure('the field m is a number, not text'),
    ],
    [
      'fails for a list',
      one('m', 'a', 'b'),
      { m: ['a'] },
      failure('the field m is a list, not text'),
    ],
    ['fails for null', one('m', 'a', 'b'), { m: null }, failure('the field m is null, not text')],
    [
      'leaves what fails and goes on',
      {
        fields: [
          { field: 'n', pattern: 'a', replacement: 'b' },
          { field: 'm', pattern: 'a', replacement: 'b' },
        ],
        fail_on_error: false,
      },
      { n: 7, m: 'a' },
      { n: 7, m: 'b' },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(replace, config, event)).to.deep.equal(result))
  }

  it('fails for text that would take for ever', () => {
    const event = { m: 'a'.repeat(3_000_000) }
    expect(outcome(replace, one('m', '(?:.*x)|a', 'b'), event)).to.equal(
      "throws: the field m can't be searched: it takes longer than 1000 ms",
    )
  })
})

function md(a: string) {
  return { '@metadata': { a } }
}

function failure(message: string): string {
  return `throws: ${message}`
}
