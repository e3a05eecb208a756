import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { encodedOf } from '../../../lib/pipeline/queue.ts'
import { NEVER, settled } from '../fixtures.ts'
import { ALL, linesOf, queues } from './made-queue.ts'

const { queueOf, closeAll } = queues()

describe('memory queue: room', () => {
  afterEach(closeAll)

  it('keeps the place of an event until it is settled', async () => {
    const made = queueOf()
    expect(made.offer(8)).to.equal(true)
    expect(made.offer(1)).to.equal(false)
    const lease = await made.queue.take({ ...ALL, maxEvents: 3 })
    expect(made.offer(1)).to.equal(false)
    expect(made.queue.usage()).to.include({ taken: 8, queued: 5, held: 8 })
    lease?.settleAll('confirmed')
    expect(made.queue.usage()).to.include({ taken: 8, queued: 5, held: 5 })
    expect(made.offer(4)).to.equal(false)
    expect(made.offer(3)).to.equal(true)
  })

  it('takes nothing above its bytes, unless it is empty', async () => {
    const made = queueOf({ bytes: 20 })
    // 5 bytes each: one above the limit.
    expect(made.offer(4)).to.equal(true)
    expect([made.offer(1), made.offer(1)]).to.deep.equal([true, false])
    const lease = await made.queue.take(ALL)
    expect(made.offer(1)).to.equal(false)
    lease?.settleAll('confirmed')
    expect(made.queue.usage().pinnedBytes).to.equal(0)
    expect(made.offer(8)).to.equal(true)
  })

  it('takes publishes in the order in which they came, and none past one that waits', async () => {
    const made = queueOf()
    made.offer(6)
    const done: string[] = []
    const waits = [
      made.wait(4, 'a').then(() => done.push('a')),
      made.wait(1, 'b').then(() => done.push('b')),
    ]
    expect(made.offer(1)).to.equal(false)
    expect(made.queue.usage().waiting).to.equal(2)
    const lease = await made.queue.take(ALL)
    await turn()
    expect(done).to.deep.equal([])
    lease?.settleAll('confirmed')
    await Promise.all(waits)
    expect(done).to.deep.equal(['a', 'b'])
    expect(await linesOf(made)).to.deep.equal(['"a0"', '"a1"', '"a2"', '"a3"', '"b0"'])
  })

  it('takes a publish larger than itself in pieces', async () => {
    const made = queueOf({ events: 4 })
    const waits = made.wait(10, 'a')
    const sizes: number[] = []
    const lines: string[] = []
    for (let lease = await made.queue.take(ALL); lease; lease = await made.queue.take(ALL)) {
      sizes.push(lease.count)
      lines.push(...lease.lines)
      expect(await settled(waits)).to.equal(lines.length > 8)
      lease.settleAll('confirmed')
      if (lines.length === 10) made.queue.close(new Error('end'))
    }
    expect(sizes).to.deep.equal([4, 4, 2])
    expect(lines).to.deep.equal(Array.from({ length: 10 }, (_, at) => `"a${at}"`))
    await waits
    expect(made.queue.usage()).to.include({ held: 0, pinnedBytes: 0, waiting: 0 })
  })

  it('takes a piece only as large as the room that there is', async () => {
    const made = queueOf({ events: 4, flush: { min_events: 1, timeout: 0 } })
    made.offer(3, 'o')
    const waits = made.wait(6, 'a')
    waits.catch(() => undefined)
    expect(made.queue.usage()).to.include({ taken: 4, held: 4, waiting: 1 })
    expect(await linesOf(made)).to.deep.equal(['"o0"', '"o1"', '"o2"', '"a0"'])
    made.queue.close(new Error('end'))
  })

  it('takes no further piece while its bytes are above the limit', async () => {
    const made = queueOf({ events: 4, bytes: 9, flush: { min_events: 1, timeout: 0 } })
    const waits = made.wait(6, 'a')
    waits.catch(() => undefined)
    const first = await made.queue.take({ ...ALL, maxEvents: 2 })
    first?.settleAll('confirmed')
    expect(made.queue.usage()).to.include({ taken: 4, held: 2, waiting: 1 })
    made.queue.close(new Error('end'))
  })

  it('does not count what waits for room against what comes in', async () => {
    const made = queueOf({ events: 8, bytes: 20 })
    made.offer(1)
    const waits = [made.wait(8, 'a'), made.wait(4, 'b'), made.wait(2, 'c')]
    const blocks = [made.block(8), made.block(2)]
    for (const block of blocks) waits.push(made.queue.wait(made.ackerOf(block.count), block, NEVER))
    for (const wait of waits) wait.catch(() => undefined)
    // 5 bytes of the one that is held, and 5 for each of the 24 that wait.
    expect(made.queue.usage().pinnedBytes).to.equal(5 + 120)
    expect(made.queue.usage()).to.include({ held: 1, waiting: 5 })
    ;(await made.queue.take(ALL))?.settleAll('confirmed')
    // The first has filled it; as soon as it leaves, the next two find room together.
    expect(made.queue.usage()).to.include({ held: 8, waiting: 4 })
    ;(await made.queue.take(ALL))?.settleAll('confirmed')
    expect(made.queue.usage()).to.include({ held: 6, waiting: 2, pinnedBytes: 30 + 50 })
    ;(await made.queue.take(ALL))?.settleAll('confirmed')
    ;(await made.queue.take(ALL))?.settleAll('confirmed')
    ;(await made.queue.take(ALL))?.settleAll('confirmed')
    expect(made.queue.usage()).to.include({ held: 0, waiting: 0, pinnedBytes: 0 })
  })

  it('takes ready blocks, whole or in pieces, and counts their bytes once', async () => {
    const made = queueOf({ events: 4 })
    const block = made.block(6)
    expect(made.pins.bytes).to.equal(30)
    const waits = made.queue.wait(made.ackerOf(6), block, NEVER)
    expect(made.pins.bytes).to.equal(30)
    block.own(made.ackerOf(6))
    const first = await made.queue.take(ALL)
    expect(first?.lines).to.deep.equal(['"b0"', '"b1"', '"b2"', '"b3"'])
    first?.settleAll('confirmed')
    await waits
    const second = await made.queue.take(ALL)
    expect(second?.lines).to.deep.equal(['"b4"', '"b5"'])
    second?.settleAll('confirmed')
    expect(made.pins.bytes).to.equal(0)
  })

  it('puts lines behind a ready block, not into the block before it', async () => {
    const made = queueOf()
    made.offer(1, 'a')
    made.queue.offer(made.ackerOf(1), made.block(1))
    made.offer(1, 'c')
    expect(await linesOf(made)).to.deep.equal(['"a0"', '"b0"', '"c0"'])
  })

  it('takes a publish without events at once, even if it is full', () => {
    const made = queueOf()
    made.offer(8)
    expect(made.offer(0)).to.equal(true)
    expect(made.queue.usage()).to.include({ taken: 8, waiting: 0 })
  })

  it('packs the lines of several publishes into few blocks, and large ones into several', async () => {
    const made = queueOf({ events: 100, bytes: 1 << 20 })
    const large = `"${'x'.repeat(30_000)}"`
    for (let at = 0; at < 5; at++) {
      made.queue.offer(made.ackerOf(1), encodedOf([large], undefined))
    }
    made.queue.offer(made.ackerOf(4), encodedOf([large, large, large, large], undefined))
    made.offer(3)
    const lease = await made.queue.take({ maxEvents: 100, maxBytes: 1 << 20 })
    expect(lease?.chunks.map(({ length }) => length)).to.deep.equal([
      60_006,
      60_006,
      60_006,
      60_006,
      30_003 + 15,
    ])
    expect(lease?.count).to.equal(12)
    lease?.settleAll('confirmed')
    expect(made.pins.bytes).to.equal(0)
  })
})

describe('memory queue: packing', () => {
  afterEach(closeAll)

  it('goes on with its last block while a batch takes those before it', async () => {
    const made = queueOf({ events: 100, bytes: 1 << 20 })
    const large = `"${'x'.repeat(65_000)}"`
    for (const line of [large, large]) {
      made.queue.offer(made.ackerOf(1), encodedOf([line], undefined))
    }
    const first = await made.queue.take({ ...ALL, maxEvents: 1 })
    made.offer(2)
    first?.settleAll('confirmed')
    const second = await made.queue.take(ALL)
    expect(second?.chunks.map(({ length }) => length)).to.deep.equal([65_003 + 10])
  })
})
