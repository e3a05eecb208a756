import { expect } from 'chai'
import fc from 'fast-check'
import { type Clock, monotonic, ticks } from './schedule.ts'

/** A clock that advances only by `sleep` and `passes`; each sleep is off by `offBy` milliseconds. */
function fakeClock(offBy: (slept: number) => number) {
  let now = 5000
  const clock: Clock = {
    now: () => now,
    sleep: async milliseconds => {
      now += Math.max(0, milliseconds + offBy(milliseconds))
    },
  }
  return { clock, passes: (milliseconds: number) => (now += milliseconds), at: () => now - 5000 }
}

/** The time of each tick and how many it says were skipped; tick n takes `workMs[n]`. */
async function run(periodMs: number, workMs: readonly number[], offBy: (slept: number) => number) {
  const { clock, passes, at } = fakeClock(offBy)
  const stop = new AbortController()
  const seen: { readonly at: number; readonly skipped: number }[] = []
  for await (const skipped of ticks(periodMs, stop.signal, clock)) {
    seen.push({ at: at(), skipped })
    passes(workMs[seen.length - 1] ?? 0)
    if (seen.length > workMs.length) stop.abort()
  }
  return seen
}

describe('host: schedule', () => {
  it('ticks at once, keeps to the multiples of the period, and skips what it missed', async () => {
    expect(await run(100, [30, 99, 250, 0], () => 0)).to.deep.equal([
      { at: 0, skipped: 0 },
      { at: 100, skipped: 0 },
      { at: 200, skipped: 0 },
      { at: 500, skipped: 2 },
      { at: 600, skipped: 0 },
    ])
  })

  it('never drifts, piles up or ticks twice, however late or early timers fire', async () => {
    const work = fc.array(fc.nat(500), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(work, fc.double({ min: -0.99, max: 20, noNaN: true }), async (all, late) => {
        const seen = await run(100, all, () => late)
        let tick = -1
        for (const { at, skipped } of seen) {
          tick += skipped + 1
          expect(skipped).to.be.at.least(0)
          expect(at - tick * 100).to.be.within(-1, 20)
        }
        expect(seen).to.have.lengthOf(all.length + 1)
      }),
    )
  })

  it('ends while asleep, and does not start once aborted', async () => {
    const stop = new AbortController()
    const generator = ticks(3_600_000, stop.signal, monotonic)
    expect(await generator.next()).to.deep.equal({ value: 0, done: false })
    const next = generator.next()
    stop.abort()
    expect(await next).to.deep.equal({ value: undefined, done: true })
    expect(await ticks(1, stop.signal).next()).to.deep.equal({ value: undefined, done: true })
  })
})
