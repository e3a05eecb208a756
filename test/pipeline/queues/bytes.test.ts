import { expect } from 'chai'
import { NEVER, rejection, settled } from '../fixtures.ts'
import { ALL, type Made, queues } from './made-queue.ts'

const { queueOf, closeAll } = queues()

/** Puts a ready block in the way of other publishes until there is room. */
function waitWith({ queue, ackerOf, block }: Made, count: number, signal = NEVER) {
  const ready = block(count)
  ready.own(ackerOf(count))
  return queue.wait(ackerOf(count), ready, signal)
}

/** Takes and confirms everything that comes. */
async function drain({ queue }: Made) {
  while (queue.usage().queued > 0) (await queue.take(ALL))?.settleAll('confirmed')
}

/** How many events, of five bytes each, are taken one by one before there is no more room. */
function takenOneByOne(made: Made): number {
  let count = 0
  while (made.offer(1)) count++
  return count
}

// Four events are one byte above the limit of 19 bytes: then nothing more is taken.
describe('memory queue: what bytes leave room for', () => {
  afterEach(closeAll)

  it('takes events until its bytes are above the limit', () => {
    expect(takenOneByOne(queueOf({ bytes: 19 }))).to.equal(4)
    expect(takenOneByOne(queueOf({ bytes: 20 }))).to.equal(5)
  })

  it('takes a ready block as large as all of it at once if it is empty, whatever its bytes are', () => {
    const made = queueOf({ bytes: 19 })
    expect(made.queue.offer(made.ackerOf(8), made.block(8))).to.equal(true)
  })

  it('takes no piece of a large publish while one event is above the limit', async () => {
    const made = queueOf({ bytes: 4 })
    made.offer(1)
    made.wait(10).catch(() => undefined)
    expect(made.queue.usage()).to.include({ taken: 1, waiting: 1 })
  })

  it('takes a piece of a large publish while its bytes are at the limit', async () => {
    const made = queueOf({ bytes: 5 })
    made.offer(1)
    made.wait(10).catch(() => undefined)
    expect(made.queue.usage()).to.include({ taken: 8, waiting: 1 })
  })

  it('goes on with a large block that alone is above the limit', async () => {
    const made = queueOf({ events: 4, bytes: 19 })
    const waits = waitWith(made, 10)
    await drain(made)
    expect(await settled(waits)).to.equal(true)
    expect(made.queue.usage()).to.include({ taken: 10, held: 0, waiting: 0, pinnedBytes: 0 })
  })

  it('does not count lines that wait', () => {
    const made = queueOf({ bytes: 19 })
    made.offer(4)
    made.wait(1).catch(() => undefined)
    expect(made.queue.usage()).to.include({ taken: 4, waiting: 1 })
  })

  it('has the same room again after a large block has come in pieces', async () => {
    const made = queueOf({ bytes: 19 })
    const waits = waitWith(made, 20)
    await drain(made)
    await waits
    expect(takenOneByOne(made)).to.equal(4)
  })

  it('has the same room again after lines have come in pieces', async () => {
    const made = queueOf({ bytes: 19 })
    const waits = made.wait(20)
    await drain(made)
    await waits
    expect(takenOneByOne(made)).to.equal(4)
  })

  it('has the same room again after a block that waited has been refused', async () => {
    const made = queueOf({ bytes: 19 })
    made.offer(8)
    const stop = new AbortController()
    const refused = rejection(waitWith(made, 8, stop.signal))
    stop.abort(new Error('stopped'))
    expect(await refused).to.match(/stopped/)
    await drain(made)
    expect(takenOneByOne(made)).to.equal(4)
  })

  it('has the same room again after the rest of a block that was begun has been refused', async () => {
    const made = queueOf({ bytes: 19 })
    const stop = new AbortController()
    const refused = rejection(waitWith(made, 20, stop.signal))
    expect(made.queue.usage()).to.include({ taken: 8, waiting: 1 })
    stop.abort(new Error('stopped'))
    expect(await refused).to.match(/stopped/)
    await drain(made)
    expect(takenOneByOne(made)).to.equal(4)
  })

  it('pins the lines of a publish that have not come yet', async () => {
    const made = queueOf()
    const waits = made.wait(20, 'a')
    // Five bytes each of the first ten, six of the others.
    expect(made.queue.usage()).to.include({ taken: 8, pinnedBytes: 10 * 5 + 10 * 6 })
    ;(await made.queue.take(ALL))?.settleAll('confirmed')
    expect(made.queue.usage()).to.include({ taken: 16, pinnedBytes: 2 * 5 + 10 * 6 })
    await drain(made)
    await waits
    expect(made.queue.usage()).to.include({ taken: 20, pinnedBytes: 0 })
  })
})
