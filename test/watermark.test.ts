import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { Watermark } from '../lib/watermark.ts'
import { rejection, settled } from './pipeline/fixtures.ts'

/** Receipts that are stored when the test says so. */
function receipts(count: number) {
  return Array.from({ length: count }, () => {
    let store = () => {}
    const stored = new Promise<void>(resolve => {
      store = resolve
    })
    return { stored, store: () => store() }
  })
}

describe('watermark', () => {
  it('never passes an event that is not stored, and ends at the last, in any order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
        async order => {
          const all = receipts(order.length)
          const moves: number[] = []
          const mark = new Watermark<number>(position => moves.push(position))
          for (const [at, receipt] of all.entries()) mark.follow(receipt, at)
          const stored = new Set<number>()
          for (const at of order) {
            all[at]?.store()
            stored.add(at)
            await turn()
            let reached = -1
            while (stored.has(reached + 1)) reached++
            expect(moves.at(-1) ?? -1).to.equal(reached)
            expect(mark.lag).to.equal(order.length - 1 - reached)
          }
          expect(moves).to.deep.equal(moves.toSorted((a, b) => a - b))
          expect(new Set(moves).size).to.equal(moves.length)
        },
      ),
    ))

  it('has room until its window is full, in the unit that it is told', async () => {
    const [first, second] = receipts(2)
    if (!first || !second) throw new Error('no receipts')
    const mark = new Watermark<string>(() => {}, 10)
    mark.follow(first, 'a', 4)
    expect(await settled(mark.room())).to.equal(true)
    mark.follow(second, 'b', 6)
    const room = mark.room()
    expect(await settled(room)).to.equal(false)
    // Stored, but behind one that is not.
    second.store()
    expect(await settled(room)).to.equal(false)
    first.store()
    expect(await settled(room)).to.equal(true)
    expect(mark.lag).to.equal(0)
  })

  it('leaves room for ever without a window', async () => {
    const [never] = receipts(1)
    if (!never) throw new Error('no receipt')
    const mark = new Watermark<number>(() => {})
    mark.follow(never, 1, Number.MAX_SAFE_INTEGER)
    expect(await settled(mark.room())).to.equal(true)
  })

  for (const [how, moved] of [
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ] as const) {
    it(`says when moving the position ${how}, also to those that wait`, async () => {
      const [first, second] = receipts(2)
      if (!first || !second) throw new Error('no receipts')
      const mark = new Watermark<number>(moved, 1)
      mark.follow(first, 1)
      mark.follow(second, 2)
      const room = rejection(mark.room())
      first.store()
      expect(await room).to.match(/disk full/)
      second.store()
      expect(await rejection(mark.room())).to.match(/disk full/)
    })
  }
})
