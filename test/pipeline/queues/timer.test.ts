import { createHook } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { ALL, occupy, queues } from './made-queue.ts'

const { queueOf, closeAll } = queues()

describe('memory queue: its timer', () => {
  afterEach(closeAll)

  it('is set again for the events that a batch has left', async () => {
    const made = queueOf({ flush: { min_events: 100, timeout: 100 } })
    await occupy(made)
    const begin = performance.now()
    // Each is a block, so that each has its own time.
    made.queue.offer(made.ackerOf(1), made.block(1))
    await sleep(50)
    made.queue.offer(made.ackerOf(1), made.block(1))
    const limits = { ...ALL, maxEvents: 1 }
    expect((await made.queue.take(limits))?.count).to.equal(1)
    expect((await made.queue.take(limits))?.count).to.equal(1)
    expect(performance.now() - begin).to.be.within(148, 10_000)
  })

  it('is set once for the events of an hour, not again and again', async () => {
    let made = 0
    const hook = createHook({
      init: (_, type) => {
        if (type === 'Timeout') made++
      },
    })
    const { offer, queue } = queueOf()
    hook.enable()
    for (let at = 0; at < 3; at++) offer(1)
    await sleep(50)
    hook.disable()
    // Of the queue, of the pause, and of whatever else is there; not one each millisecond.
    expect(made).to.be.within(2, 8)
    expect(queue.usage().queued).to.equal(3)
  })

  it('is not set for events that are due, nor once the queue is closed', async () => {
    const made = queueOf({ flush: { min_events: 100, timeout: 1 } })
    await occupy(made)
    await sleep(50)
    const none = timers()
    made.offer(2)
    expect(timers()).to.equal(none + 1)
    await sleep(50)
    // Nobody has taken them: there is nobody to wake.
    expect(timers()).to.equal(none)
    made.queue.close(new Error('closed'))
    expect((await made.queue.take({ ...ALL, maxEvents: 1 }))?.count).to.equal(1)
    expect(timers()).to.equal(none)
  })
})

function timers(): number {
  return process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
}
