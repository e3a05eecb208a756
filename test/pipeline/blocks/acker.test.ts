import { expect } from 'chai'
import { Acker } from '../../../lib/pipeline/acker.ts'
import { noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { Tally } from '../../../lib/pipeline/tally.ts'
import { settled } from '../fixtures.ts'

describe('the receipt of a publish', () => {
  it('counts what became of its events, and those that were dropped before', async () => {
    const source = noSourceCounts()
    const acker = new Acker(5, source, { filtered: 1, unencodable: 2 })
    acker.take(3)
    acker.take(2)
    expect(source).to.include({ published: 5, pending: 5 })
    acker.settle(2, 'rejected')
    expect(source.pending).to.equal(3)
    acker.settle(2, 'confirmed')
    expect(await settled(acker.confirmed)).to.equal(false)
    acker.settle(1, 'rejected')
    const counts = { confirmed: 2, rejected: 3, filtered: 1, unencodable: 2 }
    expect(await acker.confirmed).to.deep.equal(counts)
    expect(source).to.include({ published: 5, pending: 0 })
  })

  it('has each promise once, and without a durable queue stores by confirming', async () => {
    const acker = new Acker(1, noSourceCounts())
    expect(acker.confirmed).to.equal(acker.confirmed)
    expect(acker.stored).to.equal(acker.stored)
    expect(acker.acked).to.equal(acker.stored)
    expect(await settled(acker.stored)).to.equal(false)
    acker.settle(1, 'confirmed')
    expect(await acker.stored).to.equal(undefined)
  })

  it('is stored once a durable queue has stored all of it', async () => {
    const source = noSourceCounts()
    const awaited = new Set<Acker>()
    const acker = new Acker(3, source)
    acker.takeDurably(1, awaited)
    acker.takeDurably(2, awaited)
    const { stored } = acker
    acker.store(2)
    expect(source).to.include({ published: 3, pending: 1 })
    expect(await settled(stored)).to.equal(false)
    acker.store(1)
    expect(await stored).to.equal(undefined)
    expect(source.pending).to.equal(0)
    // What becomes of them is nothing that the source waits for.
    acker.settle(3, 'confirmed')
    expect(source.pending).to.equal(0)
  })

  it('is stored at once if it is already when somebody asks', async () => {
    const acker = new Acker(1, noSourceCounts())
    acker.takeDurably(1, new Set())
    acker.store(1)
    expect(await settled(acker.stored)).to.equal(true)
  })

  it('is kept alive by a durable queue while somebody waits for its events', async () => {
    const awaited = new Set<Acker>()
    const acker = new Acker(2, noSourceCounts())
    acker.takeDurably(2, awaited)
    expect(awaited.size).to.equal(0)
    const { confirmed } = acker
    expect([...awaited]).to.deep.equal([acker])
    acker.settle(1, 'confirmed')
    expect(awaited.size).to.equal(1)
    acker.settle(1, 'rejected')
    expect(awaited.size).to.equal(0)
    expect(await confirmed).to.include({ confirmed: 1, rejected: 1 })
  })

  it('asks the tallies that its events are counted by', async () => {
    const source = noSourceCounts()
    const [one, two] = [new Tally(source), new Tally(source)]
    const acker = new Acker(4, source)
    acker.take(4)
    for (const tally of [one, two]) acker.ask(tally, tally.add(2), 2)
    one.settle(2, 'confirmed', 0)
    two.settle(1, 'rejected', 0)
    const { confirmed } = acker
    expect(await settled(confirmed)).to.equal(false)
    two.settle(1, 'confirmed', 1)
    expect(await confirmed).to.include({ confirmed: 3, rejected: 1 })
    expect(source.pending).to.equal(0)
  })
})
