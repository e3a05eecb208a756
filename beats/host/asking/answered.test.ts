import { getEventListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { isAnswered } from './answered.ts'

/** A job that is never done, and has had as many answers as given each time that it is looked at. */
const endless = (...reached: readonly number[]) => {
  const looks = { count: 0 }
  return {
    looks,
    asking: {
      done: new Promise<void>(() => {}),
      reached: () => reached[looks.count++] ?? reached.at(-1) ?? 0,
      answers: () => [],
      leave: () => undefined,
    },
  }
}

describe('host: whether a job is answered', () => {
  const never = new AbortController().signal

  it('is given up after four looks without an answer, counted from the last one', async () => {
    for (const [reached, count] of [
      [[0], 4],
      [[1], 5],
      [[1, 1, 1, 2], 8],
      [[1, 2, 3, 4, 5, 6], 10],
    ] as const) {
      const { asking, looks } = endless(...reached)
      expect(await isAnswered(asking, 4, never)).to.equal(false)
      expect(looks.count, `looks at ${reached}`).to.equal(count)
    }
  })

  it('is given up within the time for one answer', async () => {
    const { asking } = endless(0)
    const late = async (): Promise<string> => {
      for (let count = 0; count < 4; count++) await setTimeout(20)
      return 'late'
    }
    expect(await Promise.race([isAnswered(asking, 20, never), late()])).to.equal(false)
  })

  it('is over at once if it is done, or nobody waits any more', async () => {
    const { asking } = endless(0)
    expect(await isAnswered({ ...asking, done: Promise.resolve() }, 60_000, never)).to.equal(true)
    expect(await isAnswered(asking, 60_000, AbortSignal.abort())).to.equal(false)
    const stop = new AbortController()
    const answered = isAnswered(asking, 60_000, stop.signal)
    stop.abort()
    expect(await Promise.race([answered, setTimeout(1000, 'late')])).to.equal(false)
  })

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController()
    const { asking } = endless(0)
    await isAnswered({ ...asking, done: Promise.resolve() }, 60_000, signal)
    await isAnswered(asking, 4, signal)
    expect(getEventListeners(signal, 'abort')).to.deep.equal([])
  })
})
