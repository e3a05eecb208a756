import { expect } from 'chai'
import fc from 'fast-check'
import { DEFAULT_BACKOFF, pauseMs, Recurring } from '../lib/backoff.ts'
import { memoryLog } from './pipeline/fixtures.ts'

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

describe('words that come with every try', () => {
  const MINUTE_MS = 60_000

  it('are news once, and again after ten minutes, each for itself', () => {
    const recurring = new Recurring()
    const said = (words: string, minutes: number) => recurring.isNews(words, minutes * MINUTE_MS)
    expect([said('a', 0), said('a', 1), said('b', 2), said('a', 3)]).to.deep.equal([
      ...[true, false, true, false],
    ])
    expect([said('a', 9.9), said('a', 10), said('a', 11), said('b', 11)]).to.deep.equal([
      ...[false, true, false, false],
    ])
    expect(said('b', 12)).to.equal(true)
  })

  it('take bounded memory and lines, also if no two are the same', () => {
    const recurring = new Recurring()
    const news = Array.from({ length: 300 }, (_, at) => recurring.isNews(`${at}`, at))
    expect(news.filter(Boolean)).to.have.length(100)
    // Those of ten minutes ago make room.
    expect(recurring.isNews('late', 10 * MINUTE_MS - 1)).to.equal(false)
    expect(recurring.isNews('late', 10 * MINUTE_MS + 1)).to.equal(true)
  })

  it('are logged as news, or else for those who look closely, with their error', () => {
    const { log, lines } = memoryLog()
    const recurring = new Recurring()
    for (const err of [new Error('a'), new Error('a'), new Error('b')]) {
      recurring.say(log, 'error', { err }, 'It failed')
    }
    recurring.say(log, 'warn', {}, 'It failed')
    expect(lines.map(({ level }) => level)).to.deep.equal([50, 20, 50, 40])
  })
})
