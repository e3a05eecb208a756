import { expect } from 'chai'
import fc from 'fast-check'
import { PACING, pauseAfter } from '../../lib/backoff.ts'

describe('agent: the pause after a failure', () => {
  const ROWS: readonly (readonly [failures: number, random: number, pause: number])[] = [
    [1, 1, 1_000],
    [2, 1, 2_000],
    [3, 0.5, 2_000],
    [6, 1, 32_000],
    [7, 1, 60_000],
    [5_000, 1, 60_000],
    [4, 0, 0],
  ]
  for (const [failures, random, pause] of ROWS) {
    it(`failure ${failures}, at ${random} of the jitter: ${pause} ms`, () => {
      expect(pauseAfter(failures, PACING, () => random)).to.equal(pause)
    })
  }

  it('never exceeds the cap, and is never negative', () => {
    fc.assert(
      fc.property(fc.nat(10_000), failures => {
        const pause = pauseAfter(failures + 1, PACING)
        return pause >= 0 && pause <= PACING.longest
      }),
    )
  })
})
