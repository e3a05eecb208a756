import { expect } from 'chai'
import { reportBigints } from '../../../lib/config/schema/bigints.ts'
import { formatPath } from '../../../lib/errors.ts'

function found(value: unknown) {
  const places: string[] = []
  const has = reportBigints(value, ['x'], (path, message) =>
    places.push(`${formatPath(path)} ${message}`),
  )
  return { has, places }
}

const SAID = 'is too large for an exact number; put it in quotes'

describe('config: integers that no number holds', () => {
  it('are told of wherever they are, each with its place', () => {
    expect(found(2n ** 64n)).to.deep.equal({ has: true, places: [`x ${SAID}`] })
    const deep = found({ a: [1, 2n ** 60n], b: { c: 3n ** 50n }, d: 1 })
    expect(deep).to.deep.equal({ has: true, places: [`x.a[1] ${SAID}`, `x.b.c ${SAID}`] })
  })

  it('are not in anything else', () => {
    for (const value of [null, 1, '9'.repeat(30), [], { a: [null, { b: true }] }]) {
      expect(found(value)).to.deep.equal({ has: false, places: [] })
    }
  })
})
