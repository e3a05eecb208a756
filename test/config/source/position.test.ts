import { expect } from 'chai'
import {
  comparePositions,
  formatOrigin,
  formatPosition,
  type Position,
} from '../../../lib/config/source/position.ts'

const ORDER: readonly Position[] = [
  { name: 'a.yml', source: 0, line: 1, column: 2 },
  { name: 'a.yml', source: 0, line: 1, column: 9 },
  { name: 'a.yml', source: 0, line: 3, column: 1 },
  { name: 'b.yml', source: 1, line: 1, column: 1 },
  { name: '-E x', source: 2 },
  { name: '-E y', source: 3 },
]

describe('config: positions', () => {
  it('come in reading order, those that are not known last', () => {
    const known: readonly (Position | undefined)[] = ORDER
    const mixed = [undefined, ...ORDER.toReversed(), undefined]
    // toSorted and sort put undefined last by themselves.
    const sorted = mixed
      .map(each => ({ each }))
      .sort((a, b) => comparePositions(a.each, b.each))
      .map(({ each }) => each)
    expect(sorted).to.deep.equal([...known, undefined, undefined])
    expect(comparePositions(undefined, undefined)).to.equal(0)
  })

  it('are written as editors take them, and a -E without line', () => {
    expect(ORDER.map(formatPosition)).to.deep.equal([
      ...['a.yml:1:2', 'a.yml:1:9', 'a.yml:3:1', 'b.yml:1:1', '-E x', '-E y'],
    ])
    expect(ORDER.map(formatOrigin)).to.deep.equal([
      ...['a.yml:1', 'a.yml:1', 'a.yml:3', 'b.yml:1', '-E x', '-E y'],
    ])
  })
})
