import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { settled } from '../fixtures.ts'
import { ALL, linesOf, occupy, queues } from './made-queue.ts'

const { queueOf, closeAll } = queues()

describe('memory queue: when a batch is due', () => {
  afterEach(closeAll)

  it('is at once while nothing is being sent, with everything of this turn', async () => {
    const made = queueOf()
    const lease = made.queue.take(ALL)
    expect(await settled(lease)).to.equal(false)
    made.offer(1, 'a')
    made.offer(1, 'b')
    expect((await lease)?.lines).to.deep.equal(['"a0"', '"b0"'])
  })

  it('is with min_events under load, and not before', async () => {
    const made = queueOf()
    await occupy(made)
    made.offer(3, 'a')
    const lease = made.queue.take(ALL)
    expect(await settled(lease)).to.equal(false)
    made.offer(1, 'b')
    expect(await settled(lease)).to.equal(true)
    expect((await lease)?.count).to.equal(4)
  })

  it('is after the timeout under load, as counted from the oldest event', async () => {
    const made = queueOf({ flush: { min_events: 100, timeout: 500 } })
    await occupy(made)
    const begin = performance.now()
    made.offer(1, 'a')
    const lease = made.queue.take(ALL)
    await sleep(100)
    made.offer(1, 'b')
    expect(await settled(lease)).to.equal(false)
    expect((await lease)?.count).to.equal(2)
    expect(performance.now() - begin).to.be.within(498, 10_000)
  })

  it('counts from the event that is the oldest now', async () => {
    const made = queueOf({ flush: { min_events: 100, timeout: 80 } })
    await occupy(made)
    made.offer(1, 'a')
    await sleep(50)
    await made.queue.take(ALL).then(lease => expect(lease?.count).to.equal(1))
    const begin = performance.now()
    made.offer(1, 'b')
    expect((await made.queue.take(ALL))?.count).to.equal(1)
    expect(performance.now() - begin).to.be.within(78, 3000)
  })

  it('is at once with a timeout of 0', async () => {
    const made = queueOf({ flush: { min_events: 100, timeout: 0 } })
    await occupy(made)
    made.offer(1)
    expect((await made.queue.take(ALL))?.count).to.equal(1)
  })

  it('is with a full queue if min_events is more than the queue holds', async () => {
    const made = queueOf({ events: 4, flush: { min_events: 100, timeout: 3_600_000 } })
    const first = await occupy(made)
    const lease = made.queue.take(ALL)
    made.offer(3)
    expect(await settled(lease)).to.equal(false)
    first.settleAll('confirmed')
    expect(await settled(lease)).to.equal(true)
  })

  it('is while a publish waits for room', async () => {
    const made = queueOf()
    await occupy(made)
    made.offer(3)
    const lease = made.queue.take(ALL)
    expect(await settled(lease)).to.equal(false)
    const waits = made.wait(8)
    waits.catch(() => undefined)
    expect((await lease)?.count).to.equal(3)
    made.queue.close(new Error('end'))
  })

  it('is once what was sent is settled', async () => {
    const made = queueOf()
    const first = await occupy(made)
    made.offer(1, 'a')
    const lease = made.queue.take(ALL)
    expect(await settled(lease)).to.equal(false)
    first.settleAll('rejected')
    expect((await lease)?.lines).to.deep.equal(['"a0"'])
  })

  it('wakes everybody who waits, and the next one waits again', async () => {
    const made = queueOf()
    const [a, b] = [made.queue.take(ALL), made.queue.take(ALL)]
    made.offer(1)
    expect(await settled(a)).to.equal(true)
    expect(await settled(b)).to.equal(false)
    made.offer(4)
    expect(await settled(b)).to.equal(true)
  })
})

describe('memory queue: how large a batch is', () => {
  afterEach(closeAll)

  it('has no more events than the limit, in order', async () => {
    const made = queueOf()
    made.offer(3, 'a')
    made.offer(3, 'b')
    const limits = { ...ALL, maxEvents: 4 }
    expect(await linesOf(made, limits)).to.deep.equal(['"a0"', '"a1"', '"a2"', '"b0"'])
    made.queue.close(new Error('end'))
    expect(await linesOf(made, limits)).to.deep.equal(['"b1"', '"b2"'])
    expect(await made.queue.take(limits)).to.equal(undefined)
  })

  it('has no more bytes than the limit, but for a single event', async () => {
    const made = queueOf()
    made.offer(4)
    // Five bytes each.
    expect((await linesOf(made, { ...ALL, maxBytes: 14 })).length).to.equal(2)
    made.queue.close(new Error('end'))
    expect((await linesOf(made, { ...ALL, maxBytes: 4 })).length).to.equal(1)
    expect((await linesOf(made, { ...ALL, maxBytes: 5 })).length).to.equal(1)
  })

  it('counts the bytes of all its blocks', async () => {
    const made = queueOf()
    made.queue.offer(made.ackerOf(2), made.block(2))
    made.queue.offer(made.ackerOf(2), made.block(2))
    expect((await linesOf(made, { ...ALL, maxBytes: 15 })).length).to.equal(3)
  })

  it('counts only the events of a block that are left in it', async () => {
    const made = queueOf()
    made.queue.offer(made.ackerOf(2), made.block(2))
    made.queue.offer(made.ackerOf(2), made.block(2))
    const first = await made.queue.take({ ...ALL, maxEvents: 1 })
    first?.settleAll('confirmed')
    expect((await linesOf(made, { ...ALL, maxBytes: 15 })).length).to.equal(3)
  })

  it('has nothing of a block whose first event does not fit any more', async () => {
    const made = queueOf()
    made.queue.offer(made.ackerOf(2), made.block(2))
    made.queue.offer(made.ackerOf(2), made.block(2))
    const lease = await made.queue.take({ ...ALL, maxBytes: 14 })
    expect(lease?.chunks.map(({ length }) => length)).to.deep.equal([10])
  })

  it('goes on with a block that was sealed for a batch', async () => {
    const made = queueOf()
    made.offer(3, 'a')
    const first = await made.queue.take({ ...ALL, maxEvents: 2 })
    made.offer(2, 'b')
    first?.settleAll('confirmed')
    expect(await linesOf(made)).to.deep.equal(['"a2"', '"b0"', '"b1"'])
  })
})
