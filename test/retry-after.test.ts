import { expect } from 'chai'
import fc from 'fast-check'
import { retryAfterMs } from '../lib/retry-after.ts'

const NOW = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')
const MOST = 600_000

describe('the pause of a Retry-After header', () => {
  const cases: readonly (readonly [header: unknown, ms: number])[] = [
    ['0', 0],
    ['1', 1000],
    [' 120 ', 120_000],
    ['1.5', 1500],
    ['600', MOST],
    ['601', MOST],
    ['9'.repeat(60), MOST],
    ['-5', 0],
    ['+5', 0],
    ['5s', 0],
    ['0x10', 0],
    ['1e9', 0],
    ['', 0],
    ['soon', 0],
    // V8 alone would take these for dates.
    ['apples 5', 0],
    ['2094', MOST],
    ['2094-11-06', 0],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 30_000],
    ['Sunday, 06-Nov-94 08:50:07 GMT', 30_000],
    ['Sun Nov  6 08:50:07 1994', 30_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:07 GMT', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', MOST],
    ['Fri, 99 Dec 9999 23:59:59 GMT', 0],
    ['Sun, 06 Nov 1994 08:50:07 +0200', 0],
    [undefined, 0],
    [null, 0],
    [30, 0],
    [['30'], 0],
  ]
  for (const [header, ms] of cases) {
    it(`is ${ms} ms for ${JSON.stringify(header)}`, () => {
      expect(retryAfterMs(header, NOW)).to.equal(ms)
    })
  }

  it('is that of our own clock without a time to compare with, or with none that can be read', () => {
    const header = new Date(Date.now() + 30_000).toUTCString()
    expect(retryAfterMs(header)).to.be.within(25_000, 31_000)
    expect(retryAfterMs(header, Number.NaN)).to.be.within(25_000, 31_000)
  })

  it('is right by the clock of the peer, wherever ours has jumped to', () => {
    const date = 'Fri, 31 Dec 2100 23:59:29 GMT'
    expect(retryAfterMs('Fri, 31 Dec 2100 23:59:59 GMT', Date.parse(date))).to.equal(30_000)
  })

  it('is a number from 0 to ten minutes, whatever a header says', () => {
    fc.assert(
      fc.property(fc.string(), fc.double(), (header, now) => {
        const ms = retryAfterMs(header, now)
        return Number.isInteger(ms) && ms >= 0 && ms <= MOST
      }),
    )
  })
})
