import { expect } from 'chai'
import fc from 'fast-check'
import { DEFAULT_BACKOFF, pauseMs } from '../lib/backoff.ts'

describe('the pause after a failure', () => {
  const ROWS: readonly (readonly [failures: number, random: number, expectedMs: number])[] = [
    [1, 1, 1_000],
    [1, 0, 500],
    [2, 1, 2_000],
    [3, 0.5, 3_000],
    [6, 1, 32_000],
    [7, 1, 60_000],
    [7, 0, 30_000],
    [5_000, 1, 60_000],
  ]
  for (const [failures, random, expectedMs] of ROWS) {
    it(`failure ${failures}, at ${random} of the jitter: ${expectedMs} ms`, () => {
      expect(pauseMs(failures, DEFAULT_BACKOFF, () => random)).to.equal(expectedMs)
    })
  }

  it('is never more than its step, which has a cap, nor less than half of it', () => {
    fc.assert(
      fc.property(fc.nat(10_000), failures => {
        const pause = pauseMs(failures + 1, DEFAULT_BACKOFF)
        const step = Math.min(DEFAULT_BACKOFF.maxMs, DEFAULT_BACKOFF.initMs * 2 ** failures)
        return pause <= step && pause >= step / 2
      }),
    )
  })
})
