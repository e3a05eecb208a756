import { expect } from 'chai'
import { checkFields } from '../../lib/testing/check-fields.ts'

const TYPES = {
  name: 'keyword',
  ratio: 'float',
  count: 'long',
  at: 'date',
  from: 'ip',
  is: 'boolean',
  words: 'text',
  'data.count': 'long',
  'data.*': 'keyword',
} as const

describe('testing: the fields that a beat declares', () => {
  it('are those of its events', () => {
    const events = [
      {
        ...{ '@timestamp': new Date(), '@metadata': { x: 1 }, tags: ['a'], name: ['a', 'b'] },
        ...{ ratio: 0.5, count: 3, at: new Date(), from: '::1', is: true, words: 'a b' },
        data: { count: 3, other: 'x', more: { y: 'z' } },
      },
      { ratio: 1, at: '2026-01-02T03:04:05Z', name: null, from: ['10.0.0.1'] },
    ]
    expect(checkFields(events, TYPES)).to.deep.equal([])
  })

  for (const [name, value, type] of [
    ['name', true, 'keyword'],
    ['words', 1, 'text'],
    ['ratio', '1', 'float'],
    ['count', 1.5, 'long'],
    ['at', 'noon', 'date'],
    ['from', 'localhost', 'ip'],
    ['is', 'yes', 'boolean'],
    ['name', ['a', true], 'keyword'],
  ] as const) {
    it(`would be found not to be if ${name} was ${JSON.stringify(value)}`, () => {
      const events = [{ [name]: value }, { [name]: value }]
      expect(checkFields(events, TYPES)).to.deep.equal([
        `"${name}" is no ${type}, which "fields" says it is`,
      ])
    })
  }

  it('would be found to lack one', () => {
    expect(checkFields([{ other: 1, database: { x: 1 } }], TYPES)).to.deep.equal([
      '"other" is not in "fields"',
      '"database.x" is not in "fields"',
    ])
  })
})
