import { expect } from 'chai'
import { rejection, settled } from '../fixtures.ts'
import { ALL, occupy, queues } from './made-queue.ts'

const { queueOf, closeAll } = queues()

describe('memory queue: abort and close', () => {
  afterEach(closeAll)

  it('refuses a publish that waits when its signal aborts, and takes the next', async () => {
    const made = queueOf()
    made.offer(6)
    const stop = new AbortController()
    const first = rejection(made.wait(4, 'a', stop.signal))
    const second = made.wait(2, 'b')
    const other = made.wait(8, 'c')
    other.catch(() => undefined)
    const before = made.queue.usage().pinnedBytes
    stop.abort(new Error('stopped'))
    expect(await first).to.match(/stopped/)
    expect(await settled(second)).to.equal(true)
    expect(made.queue.usage()).to.include({ taken: 8, waiting: 1 })
    // Five bytes for each of the four events.
    expect(made.queue.usage().pinnedBytes).to.equal(before - 20)
    made.queue.close(new Error('end'))
  })

  it('refuses a publish whose signal aborts after another one of that signal has been taken', async () => {
    const made = queueOf()
    made.offer(8)
    const stop = new AbortController()
    const [first, second] = [2, 8].map(count => made.wait(count, 'a', stop.signal))
    const refused = rejection(second as Promise<void>)
    ;(await made.queue.take({ ...ALL, maxEvents: 2 }))?.settleAll('confirmed')
    await first
    stop.abort(new Error('stopped'))
    expect(await refused).to.match(/stopped/)
    expect(made.queue.usage()).to.include({ held: 8, waiting: 0 })
  })

  it('gives back a ready block that waits, and the rest of one that was begun', async () => {
    const made = queueOf({ events: 4 })
    made.offer(2)
    const stop = new AbortController()
    const block = made.block(6)
    block.own(made.ackerOf(6))
    const waits = rejection(made.queue.wait(made.ackerOf(6), block, stop.signal))
    stop.abort(new Error('stopped'))
    expect(await waits).to.match(/stopped/)
    const lease = await made.queue.take(ALL)
    expect(lease?.count).to.equal(4)
    lease?.settleAll('confirmed')
    expect(made.pins.bytes).to.equal(0)
    expect(made.queue.usage()).to.include({ taken: 4, held: 0, waiting: 0 })
  })

  it('leaves no listener on a signal once nothing waits', async () => {
    const made = queueOf({ events: 1 })
    const stop = new AbortController()
    let listeners = 0
    const { signal } = stop
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    made.offer(1)
    const waits = [made.wait(1, 'a', signal), made.wait(1, 'b', signal)]
    expect(listeners).to.equal(1)
    for (const _ of [1, 2, 3]) (await made.queue.take(ALL))?.settleAll('confirmed')
    await Promise.all(waits)
    expect(listeners).to.equal(0)
    expect(made.queue.usage()).to.include({ held: 0, pinnedBytes: 0 })
    made.offer(1)
    const refused = rejection(made.wait(1, 'c', signal))
    expect(listeners).to.equal(1)
    made.queue.close(new Error('end'))
    expect(await refused).to.match(/end/)
    expect(listeners).to.equal(0)
  })

  it('refuses what waits and what comes once it is closed, and gives what it has', async () => {
    const made = queueOf()
    await occupy(made)
    made.offer(3)
    const waits = rejection(made.wait(8))
    made.queue.close(new Error('closed'))
    made.queue.close(new Error('again'))
    expect(await waits).to.match(/closed/)
    expect(made.queue.refusal).to.match(/closed/)
    expect((await made.queue.take(ALL))?.count).to.equal(3)
    expect(await made.queue.take(ALL)).to.equal(undefined)
    // One that is being sent and three that were taken.
    expect(made.queue.usage()).to.include({ queued: 0, held: 4, waiting: 0 })
  })

  it('wakes those that wait for a batch when it is closed', async () => {
    const made = queueOf()
    const lease = made.queue.take(ALL)
    made.queue.close(new Error('closed'))
    expect(await lease).to.equal(undefined)
    expect(made.queue.refusal).to.match(/closed/)
  })

  it('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    const made = queueOf()
    await occupy(made)
    made.offer(1)
    const open = timers()
    made.queue.close(new Error('closed'))
    expect(timers()).to.equal(open - 1)
    await made.queue.take(ALL)
    expect(timers()).to.equal(open - 1)
  })
})
