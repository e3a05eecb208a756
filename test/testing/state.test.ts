import { expect } from 'chai'
import { memoryState } from '../../lib/testing/state.ts'

describe('testing: memoryState', () => {
  it('keeps copies, as JSON would', async () => {
    const state = memoryState({ offset: 7 })
    const value = { list: [1], at: new Date(0), nothing: undefined }
    await state.set('a', value)
    value.list.push(2)
    expect(state.get('a')).to.deep.equal({ list: [1], at: '1970-01-01T00:00:00.000Z' })
    expect(state.get('a')).not.to.equal(state.get('a'))
    expect(state.get('offset')).to.equal(7)
  })

  it('forgets what is deleted, and knows nothing of the rest', async () => {
    const state = memoryState({ a: null })
    expect(state.get('a')).to.equal(null)
    await state.delete('a')
    await state.delete('a')
    expect(state.get('a')).to.equal(undefined)
    expect(state.get('toString')).to.equal(undefined)
  })

  for (const [what, value] of [
    ['undefined', undefined],
    ['a function', () => 1],
    ['a bigint', 1n],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const state = memoryState({ a: 1 })
      const error: unknown = await state.set('a', value).catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(TypeError)
      expect(state.get('a')).to.equal(1)
    })
  }
})
