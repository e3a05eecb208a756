import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { Output, WriteResult } from '../../lib/output.ts'
import { aborted, events, NEVER, ORDERED, pipelineTo, SOURCE } from './fixtures.ts'

/** An output that notes when it is written to, and answers the nth write after a time. */
function answering(answers: readonly (readonly [afterMs: number, answer: WriteResult])[]) {
  const times: number[] = []
  const output: Output = {
    async write() {
      times.push(performance.now())
      const [afterMs, answer] = answers[times.length - 1] ?? [0, DONE]
      await sleep(afterMs)
      return answer
    },
    async close() {},
  }
  return { output, times }
}

const DONE: WriteResult = { retry: [], reject: [] }
const ONE_AT_ONCE = { ...ORDERED, ordered: false, inFlight: 1, bulk_max_size: 1 }

describe('delivery: a pause that the peer asks for', () => {
  it('holds for a write that was waiting for another pause', async () => {
    const times: number[] = []
    const output: Output = {
      async write() {
        const at = times.push(performance.now())
        // The first is answered when both are under way, and the second after it.
        while (times.length < 2) await turn()
        if (at === 1) return { retry: [0], reject: [], retryAfterMs: 100 }
        if (at > 2) return DONE
        await turn()
        return { retry: [], reject: [], retryAfterMs: 300 }
      },
      async close() {},
    }
    const pipeline = pipelineTo(output, { delivery: { ...ONE_AT_ONCE, inFlight: 2 } })
    await (await pipeline.publisher(SOURCE, NEVER)(events(2))).confirmed
    const [, second = 0, third = 0] = times
    expect(third - second).to.be.above(290)
    await pipeline.close(NEVER)
  })

  it('holds for a write that was waiting for its turn', async () => {
    const { output, times } = answering([
      [0, { retry: [0], reject: [] }],
      [60, { retry: [], reject: [], retryAfterMs: 200 }],
    ])
    const delivery = { ...ONE_AT_ONCE, backoff: { init: 10, max: 10 } }
    const pipeline = pipelineTo(output, { delivery })
    await (await pipeline.publisher(SOURCE, NEVER)(events(2))).confirmed
    const [, second = 0, third = 0] = times
    expect(third - second).to.be.above(250)
    await pipeline.close(NEVER)
  })

  for (const nonsense of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) {
    it(`of ${nonsense} is none, and takes nothing from the pauses of our own`, async () => {
      const answer = { retry: [0], reject: [], retryAfterMs: nonsense }
      const { output, times } = answering([
        [0, answer],
        [0, answer],
        [0, answer],
      ])
      const delivery = { ...ORDERED, backoff: { init: 40, max: 40 } }
      const pipeline = pipelineTo(output, { delivery })
      await (await pipeline.publisher(SOURCE, NEVER)(events(1))).confirmed
      for (const at of [1, 2, 3]) {
        expect((times[at] ?? 0) - (times[at - 1] ?? 0)).to.be.within(18, 1000)
      }
      await pipeline.close(NEVER)
    })
  }

  const all = { retry: [0], reject: [] }
  const gone: readonly (readonly [string, WriteResult])[] = [
    ['were refused too often', { ...all, retryAfterMs: 150 }],
    ['were rejected', { retry: [], reject: [{ index: 0, reason: 'no' }], retryAfterMs: 150 }],
    ['were confirmed', { ...DONE, retryAfterMs: 150 }],
    ['were too large', { ...DONE, tooLarge: true, retryAfterMs: 150 }],
  ]
  for (const [what, answer] of gone) {
    it(`holds also if no events are left, as they ${what}`, async () => {
      const { output, times } = answering([[0, answer]])
      const delivery = { ...ORDERED, bulk_max_size: 1, max_retries: 0 }
      const pipeline = pipelineTo(output, { delivery })
      await (await pipeline.publisher(SOURCE, NEVER)(events(2))).confirmed
      expect((times[1] ?? 0) - (times[0] ?? 0)).to.be.above(145)
      await pipeline.close(NEVER)
    })
  }

  it('of our own holds as well when a write fails, although nothing is tried again', async () => {
    let writes = 0
    const output: Output = {
      async write() {
        writes++
        throw new Error('down')
      },
      async close() {},
    }
    const delivery = { ...ORDERED, max_retries: 0, bulk_max_size: 1 }
    const pipeline = pipelineTo(output, {
      delivery: { ...delivery, backoff: { init: 60_000, max: 60_000 } },
    })
    await pipeline.publisher(SOURCE, NEVER)(events(8))
    await sleep(50)
    expect(writes).to.equal(1)
    await pipeline.close(aborted('now'))
  })
})

describe('delivery: an answer whose members throw', () => {
  const bad = () => {
    throw new Error('not now')
  }
  const answers: readonly (readonly [string, () => object])[] = [
    [
      'reason',
      () => ({
        retry: [],
        reject: [
          {
            index: 0,
            get reason() {
              return bad()
            },
          },
        ],
      }),
    ],
    [
      'index',
      () => ({
        retry: [1],
        reject: [
          {
            get index() {
              return bad()
            },
            reason: '',
          },
        ],
      }),
    ],
    [
      'tooLarge',
      () => ({
        ...DONE,
        get tooLarge() {
          return bad()
        },
      }),
    ],
    [
      'cause',
      () => ({
        ...DONE,
        get cause() {
          return bad()
        },
      }),
    ],
    [
      'a reason that is no text',
      () => ({ retry: [], reject: [{ index: 0, reason: { toString: bad } }] }),
    ],
  ]
  for (const [what, make] of answers) {
    it(`is a failed write, settled once: ${what}`, async () => {
      let calls = 0
      const output: Output = {
        write: async () => (calls++ === 0 ? (make() as WriteResult) : DONE),
        async close() {},
      }
      const pipeline = pipelineTo(output)
      const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(2))
      expect(await confirmed).to.include({ confirmed: 2, rejected: 0 })
      await turn()
      expect(pipeline.stats()).to.include({ acked: 2, sending: 0, failed_writes: 1 })
      await pipeline.close(NEVER)
    })
  }
})
