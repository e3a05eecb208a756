import { expect } from 'chai'
import { merge } from '../../../lib/pipeline/encoding/merge.ts'

describe('merge', () => {
  const bare = Object.assign(Object.create(null), { under: 1 })
  const table: readonly (readonly [what: string, under: unknown, expected: object])[] = [
    ['an object', { under: 1 }, { under: 1, over: 2 }],
    ['an object without a prototype', bare, { under: 1, over: 2 }],
    ['undefined', undefined, { over: 2 }],
    ['null', null, { over: 2 }],
    ['text', 'text', { over: 2 }],
    ['a list', [1], { over: 2 }],
    ['a Date', new Date(0), { over: 2 }],
  ]
  for (const [what, under, expected] of table) {
    it(`merges an object into ${what}, or replaces it`, () => {
      expect(merge({ field: under }, { field: { over: 2 } })).to.deep.equal({ field: expected })
    })
  }
})
