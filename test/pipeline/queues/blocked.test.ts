import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { aborted, events, NEVER, pipelineTo, rejection, SOURCE, stuckOutput } from '../fixtures.ts'

describe('the counts of a source', () => {
  it('begin with nothing', () => {
    const { blocked, ...counts } = noSourceCounts()
    expect(counts).to.deep.equal({ published: 0, unencodable: 0, pending: 0 })
    expect([blocked.waiting, blocked.ms]).to.deep.equal([0, 0])
  })
})

describe('the time that publishes wait for room', () => {
  it('is counted for the source whose they are, once for several, and while it lasts', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output)
    const [held, free] = [noSourceCounts(), noSourceCounts()]
    await pipeline.publisher(SOURCE, NEVER, free)(events(8))
    const publish = pipeline.publisher(SOURCE, NEVER, held)
    expect([held.blocked.waiting, held.blocked.ms]).to.deep.equal([0, 0])
    const from = performance.now()
    const waiting = [publish(events(4)), publish(events(4))]
    await sleep(30)
    expect(held.blocked.waiting).to.equal(2)
    expect(held.blocked.ms).to.be.within(28, performance.now() - from + 1)
    open()
    await Promise.all(waiting)
    const most = performance.now() - from + 1
    expect(held.blocked.waiting).to.equal(0)
    expect(held.blocked.ms).to.be.within(28, most)
    await sleep(10)
    expect(held.blocked.ms).to.be.at.most(most)
    expect([free.blocked.waiting, free.blocked.ms]).to.deep.equal([0, 0])
    expect(pipeline.stats().refused_publishes).to.equal(0)
    await pipeline.close(NEVER)
  })

  it('ends with the beat or the agent, and such publishes are counted', async () => {
    const { output } = stuckOutput()
    const pipeline = pipelineTo(output)
    const counts = noSourceCounts()
    const stop = new AbortController()
    await pipeline.publisher(SOURCE, NEVER, counts)(events(8))
    const left = rejection(pipeline.publisher(SOURCE, stop.signal, counts)(events(1)))
    const stayed = rejection(pipeline.publisher(SOURCE, NEVER, counts)(events(1)))
    stop.abort()
    await left
    expect(counts.blocked.waiting).to.equal(1)
    expect(pipeline.stats()).to.include({ refused_publishes: 1, published: 8 })
    await Promise.all([pipeline.close(aborted('now')), stayed])
    expect(counts.blocked.waiting).to.equal(0)
    expect(pipeline.stats()).to.include({ refused_publishes: 2, published: 8 })
  })
})
