import { setImmediate as turn } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Fate } from '../../../lib/pipeline/owners.ts'
import { noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { Tallies, Tally } from '../../../lib/pipeline/tally.ts'

/** Counts what it hears. */
function ear() {
  const heard = { confirmed: 0, rejected: 0 }
  const hear = (events: number, fate: Fate) => {
    expect(events).to.be.above(0)
    heard[fate] += events
  }
  return { hear, heard }
}

function tallyOf(events: number): Tally {
  const source = noSourceCounts()
  source.pending = events
  const tally = new Tally(source)
  expect(tally.add(events)).to.equal(0)
  return tally
}

describe('tally', () => {
  it('numbers the events in the order in which they are added', () => {
    const tally = new Tally(noSourceCounts())
    expect([tally.add(3), tally.add(1), tally.add(2)]).to.deep.equal([0, 3, 4])
  })

  it('counts down the events of its source that are pending', () => {
    const tally = tallyOf(5)
    tally.settle(2, 'confirmed', 0)
    tally.settle(1, 'rejected', 4)
    expect(tally.source.pending).to.equal(2)
  })

  it('tells who asks late what was settled before', () => {
    const tally = tallyOf(6)
    tally.settle(2, 'confirmed', 0)
    tally.settle(2, 'rejected', 3)
    const { hear, heard } = ear()
    tally.listen({ hear }, 1, 4)
    expect(heard).to.deep.equal({ confirmed: 1, rejected: 1 })
    tally.settle(1, 'confirmed', 2)
    expect(heard).to.deep.equal({ confirmed: 2, rejected: 1 })
    tally.settle(1, 'confirmed', 5)
    expect(heard).to.deep.equal({ confirmed: 2, rejected: 1 })
  })

  it('tells each listener of its own events once, whenever it asks and in whatever order they are settled', () => {
    const settling = fc.array(
      fc.record({
        events: fc.integer({ min: 1, max: 4 }),
        fate: fc.constantFrom<Fate>('confirmed', 'confirmed', 'rejected'),
        isEarly: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    )
    const asking = fc.array(
      fc.record({ from: fc.nat(40), length: fc.integer({ min: 1, max: 9 }), before: fc.nat(12) }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(settling, asking, (runs, askers) => {
        const fates: Fate[] = runs.flatMap(({ events, fate }) => Array(events).fill(fate))
        const tally = tallyOf(fates.length)
        let first = 0
        const steps = runs.map(run => {
          const step = { ...run, first }
          first += run.events
          return step
        })
        // In turn, but for those that come early.
        const ordered = [...steps.filter(step => step.isEarly), ...steps.filter(s => !s.isEarly)]
        const ears = askers.map(({ from, length, before }) => {
          const begin = from % fates.length
          const end = Math.min(fates.length, begin + length)
          return { ...ear(), begin, end, before: before % (ordered.length + 1) }
        })
        const ask = (at: number) => {
          for (const { hear, begin, end, before } of ears) {
            if (before === at) tally.listen({ hear }, begin, end)
          }
        }
        for (const [at, { events, fate, first: number }] of ordered.entries()) {
          ask(at)
          tally.settle(events, fate, number)
        }
        ask(ordered.length)
        for (const { heard, begin, end } of ears) {
          const own = fates.slice(begin, end)
          const confirmed = own.filter(fate => fate === 'confirmed').length
          expect(heard).to.deep.equal({ confirmed, rejected: own.length - confirmed })
        }
        expect(tally.source.pending).to.equal(0)
      }),
    )
  })
})

describe('a tally lets go of who has heard of all events', () => {
  v8.setFlagsFromString('--expose-gc')
  const collect: () => void = vm.runInNewContext('gc')

  /** Has somebody listen whom nobody else keeps. */
  function listening(tally: Tally, from: number, to: number): WeakRef<object> {
    const listener = ear()
    tally.listen(listener, from, to)
    return new WeakRef(listener)
  }

  async function kept(...listeners: readonly WeakRef<object>[]): Promise<readonly boolean[]> {
    await turn()
    collect()
    return listeners.map(one => one.deref() !== undefined)
  }

  it('before somebody asks', async () => {
    const tally = tallyOf(9)
    tally.settle(4, 'confirmed', 0)
    tally.settle(1, 'rejected', 5)
    const listeners = [listening(tally, 1, 4), listening(tally, 5, 6), listening(tally, 3, 5)]
    expect(await kept(...listeners)).to.deep.equal([false, false, true])
  })

  it('or afterwards', async () => {
    const tally = tallyOf(9)
    const listeners = [[0, 2] as const, [2, 5] as const, [5, 9] as const].map(([from, to]) =>
      listening(tally, from, to),
    )
    tally.settle(1, 'confirmed', 0)
    expect(await kept(...listeners)).to.deep.equal([true, true, true])
    tally.settle(5, 'confirmed', 1)
    expect(await kept(...listeners)).to.deep.equal([false, false, true])
    tally.settle(2, 'confirmed', 6)
    expect(await kept(...listeners)).to.deep.equal([false, false, true])
    tally.settle(1, 'confirmed', 8)
    expect(await kept(...listeners)).to.deep.equal([false, false, false])
  })
})

describe('the tallies of a block', () => {
  it('are one for each source', () => {
    const tallies = new Tallies()
    const sources = [noSourceCounts(), noSourceCounts(), noSourceCounts()]
    const made = sources.map(source => tallies.of(source))
    expect(new Set(made).size).to.equal(3)
    expect(made.map(({ source }) => source)).to.have.ordered.members(sources)
    expect(sources.map(source => tallies.of(source))).to.have.ordered.members(made)
  })
})
