import { expect } from 'chai'
import { dataCopy, plainCopy } from '../../../lib/pipeline/encoding/data-copy.ts'

describe('pipeline: a copy of data', () => {
  it('needs no way through text where all is as JSON has it', () => {
    const bare = Object.assign(Object.create(null), { a: 1 })
    const map = { yes: true, no: false, none: null, text: '', list: [[true], {}], bare }
    expect(plainCopy(map)).to.deep.equal({ ...map, bare: { a: 1 } })
    expect(plainCopy({ a: undefined, b: [1] })).to.deep.equal({ b: [1] })
  })

  for (const [what, value] of [
    ['a list', [1]],
    ['a map that is a list as JSON', { toJSON: () => [1] }],
    ['a map that is a text as JSON', { toJSON: () => 'text' }],
    ['a map that is null as JSON', { toJSON: () => null }],
    ['a map that is nothing as JSON', { toJSON: () => undefined }],
  ] as const) {
    it(`is none of ${what}`, () => {
      expect(dataCopy(value)).to.equal(undefined)
    })
  }

  it('is of a list with a toJSON what that makes of it', () => {
    const list = Object.assign([1], { toJSON: () => 'text' })
    expect(dataCopy({ list })).to.deep.equal({ list: 'text' })
  })

  it('is refused for what has itself in it, in the words of JSON', () => {
    const map: Record<string, unknown> = {}
    map['self'] = map
    const list: unknown[] = []
    list.push(list)
    for (const circular of [map, { list }]) {
      expect(() => dataCopy(circular)).to.throw(TypeError, 'circular')
    }
  })
})
