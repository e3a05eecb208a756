import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'
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

  it('leaves room for 65,536 if it is not told otherwise, and for ever if it is told so', async () => {
    const [never] = receipts(1)
    if (!never) throw new Error('no receipt')
    const mark = new Watermark<number>(() => {})
    mark.follow(never, 1, 65_535)
    expect(await settled(mark.room())).to.equal(true)
    mark.follow(never, 2)
    expect(await settled(mark.room())).to.equal(false)
    const endless = new Watermark<number>(() => {}, Number.POSITIVE_INFINITY)
    endless.follow(never, 1, Number.MAX_SAFE_INTEGER)
    expect(await settled(endless.room())).to.equal(true)
  })

  it('takes no memory for what is stored behind one event that is not', async function () {
    this.timeout(60_000)
    const [stuck] = receipts(1)
    if (!stuck) throw new Error('no receipt')
    v8.setFlagsFromString('--expose-gc')
    const collect: () => void = vm.runInNewContext('gc')
    const moves: number[] = []
    const mark = new Watermark<number>(position => moves.push(position), Number.POSITIVE_INFINITY)
    mark.follow(stuck, 0)
    const stored = Promise.resolve()
    const follow = async (from: number, to: number) => {
      for (let at = from; at < to; at++) {
        mark.follow({ stored }, at)
        if (at % 100 === 0) await turn()
      }
      collect()
      return process.memoryUsage().heapUsed
    }
    const before = await follow(1, 20_000)
    const after = await follow(20_000, 320_000)
    expect((after - before) / 300_000).to.be.below(10)
    expect(mark.lag).to.equal(320_000)
    stuck.store()
    await turn()
    expect([moves, mark.lag]).to.deep.equal([[319_999], 0])
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

  it('moves one position at a time, then to the newest, and has room only after that', async () => {
    const all = receipts(4)
    const [first, second, third] = all
    if (!first || !second || !third) throw new Error('no receipts')
    const log: string[] = []
    const ends: (() => void)[] = []
    const mark = new Watermark<number>(async position => {
      log.push(`to ${position}`)
      await new Promise<void>(resolve => ends.push(resolve))
      log.push(`at ${position}`)
    }, 4)
    for (const [at, receipt] of all.entries()) mark.follow(receipt, at + 1)
    const room = mark.room()
    first.store()
    await turn()
    second.store()
    third.store()
    expect(await settled(room)).to.equal(false)
    expect(mark.lag).to.equal(4)
    ends[0]?.()
    expect(await settled(room)).to.equal(true)
    expect(mark.lag).to.equal(3)
    ends[1]?.()
    await turn()
    expect(log).to.deep.equal(['to 1', 'at 1', 'to 3', 'at 3'])
    expect(mark.lag).to.equal(1)
  })

  it('does not move on after a failure', async () => {
    const [first, second] = receipts(2)
    if (!first || !second) throw new Error('no receipts')
    const moves: number[] = []
    const mark = new Watermark<number>(position => {
      moves.push(position)
      if (position === 1) throw new Error('disk full')
    })
    mark.follow(first, 1)
    mark.follow(second, 2)
    first.store()
    await turn()
    second.store()
    await turn()
    expect(moves).to.deep.equal([1])
    expect(mark.lag).to.equal(2)
  })

  it('ends a wait for room with the signal, and leaves nothing behind at it', async () => {
    const [first, second] = receipts(2)
    if (!first || !second) throw new Error('no receipts')
    const stop = new AbortController()
    const mark = new Watermark<number>(() => {}, 1)
    mark.follow(first, 1)
    const kept = mark.room(stop.signal)
    expect(getEventListeners(stop.signal, 'abort')).to.have.lengthOf(1)
    first.store()
    await kept
    expect(getEventListeners(stop.signal, 'abort')).to.have.lengthOf(0)
    mark.follow(second, 2)
    const room = rejection(mark.room(stop.signal))
    expect(await settled(room)).to.equal(false)
    stop.abort(new Error('stopping'))
    expect(await room).to.match(/stopping/)
    expect(await rejection(mark.room(stop.signal))).to.match(/stopping/)
    expect(getEventListeners(stop.signal, 'abort')).to.have.lengthOf(0)
  })

  for (const window of [0, 0.5, -1, Number.NaN]) {
    it(`refuses a window of ${window}`, () => {
      expect(() => new Watermark<number>(() => {}, window)).to.throw(RangeError, `not ${window}`)
    })
  }
})
