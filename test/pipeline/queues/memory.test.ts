import { expect } from 'chai'
import { Acker } from '../../../lib/pipeline/acker.ts'
import { encodedOf } from '../../../lib/pipeline/queue.ts'
import { noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { settled } from '../fixtures.ts'
import { ALL, linesOf, queues } from './made-queue.ts'

const { queueOf, closeAll } = queues()

describe('memory queue: what it knows of its events', () => {
  afterEach(closeAll)

  it('is all in memory', async () => {
    const { queue, offer } = queueOf()
    expect(queue.isDurable).to.equal(false)
    offer(3)
    await queue.take({ ...ALL, maxEvents: 1 })
    const pinnedBytes = 15
    const none = { waiting: 0, restored: 0, damaged: 0, storedAgain: 0, storedBytes: 0 }
    expect(queue.usage()).to.deep.equal({ taken: 3, queued: 2, held: 3, pinnedBytes, ...none })
    expect(await queue.finish()).to.deep.equal({ lost: 3, kept: 0 })
  })

  it('takes a publish without events even if it is full', async () => {
    const { queue, offer, ackerOf } = queueOf()
    offer(8)
    expect(queue.offer(ackerOf(0), encodedOf([], undefined))).to.equal(true)
    expect(queue.offer(ackerOf(1), encodedOf(['1'], undefined))).to.equal(false)
    expect(queue.usage().taken).to.equal(8)
  })

  it('tells each publish of its own events, and its source of all', async () => {
    const { queue } = queueOf({ events: 100 })
    const source = noSourceCounts()
    const publish = (...lines: readonly string[]) => {
      const acker = new Acker(lines.length, source)
      expect(queue.offer(acker, encodedOf(lines, undefined))).to.equal(true)
      return acker
    }
    const [first, second] = [publish('"a"', '"b"'), publish('"c"', '"d"', '"e"')]
    expect(source).to.include({ published: 5, pending: 5 })
    const lease = await queue.take(ALL)
    const rest = lease?.settle(['confirmed', 'rejected', 'rejected', undefined, 'confirmed'])
    expect(await first.confirmed).to.include({ confirmed: 1, rejected: 1 })
    expect(await settled(second.confirmed)).to.equal(false)
    expect(source.pending).to.equal(1)
    // A later block counts anew.
    const third = publish('"f"')
    rest?.settleAll('confirmed')
    expect(await second.confirmed).to.include({ confirmed: 2, rejected: 1 })
    expect(await settled(third.confirmed)).to.equal(false)
    ;(await queue.take(ALL))?.settleAll('rejected')
    expect(await third.confirmed).to.include({ confirmed: 0, rejected: 1 })
    expect(source.pending).to.equal(0)
  })

  it('makes a batch of no more events and bytes than it may have, over several blocks', async () => {
    const made = queueOf({ events: 100, bytes: 10_000 })
    for (let n = 0; n < 3; n++) {
      const block = made.block(4)
      made.queue.offer(made.ackerOf(4), block)
    }
    // Five bytes for each event.
    expect(await linesOf(made, { maxEvents: 6, maxBytes: 1000 })).to.have.length(6)
    expect(await linesOf(made, { maxEvents: 100, maxBytes: 14 })).to.have.length(2)
    expect(await linesOf(made, { maxEvents: 100, maxBytes: 1000 })).to.have.length(4)
  })
})
