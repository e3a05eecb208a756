import { expect } from 'chai'
import type { Pipeline } from '../../lib/pipeline/pipeline.ts'
import { MemoryQueue } from '../../lib/pipeline/queues/memory/memory-queue.ts'
import { noSourceCounts } from '../../lib/pipeline/stats.ts'
import { NEVER, pipelineTo, SOURCE } from './fixtures.ts'
import { MemoryOutput } from './memory-output.ts'

const EVENT = '{}\n'

/** A queue that always has room, and an output that takes everything at once. */
function roomy() {
  const queue = { events: 1_000_000, bytes: 1 << 30, flush: { min_events: 1_600, timeout: 1 } }
  return pipelineTo(new MemoryOutput(), { queue })
}

/** Publishes one after the other, and returns how often the event loop has turned meanwhile. */
async function turnsWhile(publish: () => Promise<unknown>, publishes: number): Promise<number> {
  let turns = 0
  const count = () => {
    turns++
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  for (let n = 0; n < publishes; n++) await publish()
  clearImmediate(next)
  return turns
}

describe('pipeline: a beat that publishes without a pause', () => {
  let pipeline: Pipeline
  beforeEach(() => {
    pipeline = roomy()
  })
  afterEach(() => pipeline.close(NEVER))

  const publisher = () => {
    const publish = pipeline.publisher(SOURCE, NEVER)
    return (events: number) =>
      publish(events === 1 ? {} : Array.from({ length: events }, () => ({})))
  }

  it('lets the event loop turn after 800 events, and not before', async () => {
    const publish = publisher()
    expect(await turnsWhile(() => publish(1), 799)).to.equal(0)
    expect(await turnsWhile(() => publish(1), 1)).to.equal(1)
    expect(await turnsWhile(() => publish(1), 799)).to.equal(0)
    expect(await turnsWhile(() => publish(1), 7_201)).to.equal(10)
  })

  it('does so after each publish of more events, and with lines', async () => {
    const publish = publisher()
    expect(await turnsWhile(() => publish(2_000), 5)).to.equal(5)
    const lines = pipeline.linePublisher(SOURCE, NEVER)
    const bytes = Buffer.from(EVENT.repeat(400))
    expect(await turnsWhile(() => lines.publish(bytes), 10)).to.equal(5)
  })

  for (const [what, event, chain] of [
    ['filtered', {}, () => undefined],
    ['no JSON', { n: 1n }, undefined],
  ] as const) {
    it(`does so where its events are ${what}`, async () => {
      const publish = pipeline.publisher(SOURCE, NEVER, noSourceCounts(), () => chain)
      expect(await turnsWhile(() => publish(event), 8_000)).to.equal(10)
      expect(await turnsWhile(() => publish([event, event]), 400)).to.equal(1)
    })
  }

  it('does so after 3,200 events with a durable queue', async () => {
    const room = { events: 1_000_000, bytes: 1 << 30, flush: { min_events: 1_600, timeout: 1 } }
    const durable = pipelineTo(new MemoryOutput(), {
      queue: pins => Object.assign(new MemoryQueue(room, pins), { isDurable: true }),
    })
    const publish = durable.publisher(SOURCE, NEVER)
    expect(await turnsWhile(() => publish({}), 3_199)).to.equal(0)
    expect(await turnsWhile(() => publish({}), 1)).to.equal(1)
    await durable.close(NEVER)
  })

  it('has its events delivered meanwhile', async () => {
    const publish = publisher()
    let most = 0
    for (let n = 0; n < 1_000; n++) {
      await publish(100)
      most = Math.max(most, pipeline.stats().queued)
    }
    expect(most).to.be.below(10_000)
  })

  it('waits for the same turn as others do', async () => {
    const [one, other] = [publisher(), publisher()]
    const flood = async (publish: typeof one) => {
      for (let n = 0; n < 80; n++) await publish(100)
    }
    // Each may publish once more before it waits.
    expect(await turnsWhile(() => Promise.all([flood(one), flood(other)]), 1)).to.be.within(15, 20)
  })
})
