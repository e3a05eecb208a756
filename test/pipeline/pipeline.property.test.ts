import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Receipt } from '../../lib/event.ts'
import type { PipelineStats } from '../../lib/pipeline/stats.ts'
import { idOf, NEVER, ORDERED, pipelineTo, SOURCE } from './fixtures.ts'
import { type Answer, type Fate, MemoryOutput } from './memory-output.ts'

/** One beat: the size of each of its publishes, and before which of them it is told to stop. */
const publisher = fc.record({
  sizes: fc.array(fc.nat({ max: 11 }), { maxLength: 8 }),
  abortAt: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
  sequential: fc.boolean(),
})

const fate = fc.constantFrom<Fate[]>('confirm', 'confirm', 'confirm', 'retry', 'reject')
const answer = fc.oneof(
  { weight: 4, arbitrary: fc.array(fate, { maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constant(new Error('down')) },
)

const scenario = fc.record({
  publishers: fc.array(publisher, { minLength: 1, maxLength: 4 }),
  answers: fc.array(answer, { maxLength: 20 }),
  events: fc.integer({ min: 1, max: 8 }),
  min_events: fc.integer({ min: 0, max: 10 }),
  timeout: fc.constantFrom(0, 1),
  /** Batches at once; 0: in order, one at a time. */
  inFlight: fc.constantFrom(0, 0, 1, 3),
  bulk_max_size: fc.constantFrom(1, 3, 100),
  /** Closes, with no time left, at this write. */
  closeAt: fc.option(fc.nat({ max: 10 }), { nil: undefined }),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

interface Taken {
  readonly ids: readonly string[]
  readonly receipt: Receipt
  acked: boolean
}

/** Runs a scenario; what cannot be told from the end is checked at each write. */
async function play(given: Scenario) {
  const { publishers, answers, events, min_events, timeout, inFlight, closeAt } = given
  const taken: Taken[] = []
  const refused: (readonly string[])[] = []
  const violations: unknown[] = []
  let closing: Promise<{ lost: number }> | undefined
  let stats: PipelineStats | undefined
  let allPublished = false

  const output = new MemoryOutput(async (): Promise<Answer> => {
    const at = output.attempts.length - 1
    try {
      expectBalanced(pipeline.stats())
      // With several batches at once another one may be between its answer and its receipts.
      if (inFlight === 0) expectReceiptsDue(output, taken)
    } catch (error) {
      // Thrown from here it would be one more failed write.
      violations.push(error)
    }
    if (at === closeAt && !allPublished) {
      closing = pipeline.close(AbortSignal.abort())
      await closing
      stats = pipeline.stats()
    }
    return answers[at] ?? []
  })
  const pipeline = pipelineTo(output, {
    queue: { events, bytes: 1 << 20, flush: { min_events, timeout } },
    delivery: {
      ...ORDERED,
      ordered: inFlight === 0,
      inFlight,
      bulk_max_size: given.bulk_max_size,
    },
  })

  await Promise.all(
    publishers.map(async ({ sizes, abortAt, sequential }, p) => {
      const stop = new AbortController()
      const publish = pipeline.publisher(SOURCE, stop.signal)
      const pending: Promise<void>[] = []
      let number = 0
      for (const [at, size] of sizes.entries()) {
        if (at === abortAt) stop.abort()
        const ids = Array.from({ length: size }, () => `${p}:${number++}`)
        const outcome = publish(ids.map(id => ({ id }))).then(
          receipt => {
            const one: Taken = { ids, receipt, acked: false }
            taken.push(one)
            void receipt.acked.then(() => {
              one.acked = true
            })
          },
          () => void refused.push(ids),
        )
        pending.push(outcome)
        if (sequential) await outcome
      }
      if (abortAt !== undefined) stop.abort()
      await Promise.all(pending)
    }),
  )
  allPublished = true
  const { lost } = await (closing ?? pipeline.close(NEVER))
  await turn()
  if (violations.length > 0) throw violations[0]
  const cut = closing !== undefined
  return { output, taken, refused, cut, lost, stats: stats ?? pipeline.stats(), capacity: events }
}

function expectBalanced(stats: PipelineStats): void {
  const { published, unencodable, rejected, acked, queued, sending } = stats
  expect(published).to.equal(unencodable + rejected + acked + queued + sending)
}

/** A receipt is resolved if, and only if, nothing of it is outstanding. */
function expectReceiptsDue(output: MemoryOutput, taken: readonly Taken[]): void {
  const settled = new Set([...output.confirmed, ...output.rejected].map(idOf))
  for (const { ids, acked } of taken) {
    expect(acked, ids.join()).to.equal(ids.every(id => settled.has(id)))
  }
}

function expectInOrder(output: MemoryOutput): void {
  const seen = new Set<string>()
  const newest = new Map<string, number>()
  for (const attempt of output.attempts) {
    const last = new Map<string, number>()
    for (const [publisher = '', number] of attempt.map(line => idOf(line).split(':'))) {
      expect(Number(number)).to.be.greaterThan(last.get(publisher) ?? -1)
      last.set(publisher, Number(number))
      if (seen.has(`${publisher}:${number}`)) continue
      expect(Number(number)).to.be.greaterThan(newest.get(publisher) ?? -1)
      newest.set(publisher, Number(number))
      seen.add(`${publisher}:${number}`)
    }
  }
}

describe('pipeline, whatever happens', () => {
  it('loses nothing, repeats nothing but what an error left in doubt, and keeps the order', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const { output, taken, refused, cut, lost, stats, capacity } = await play(given)
        expectBalanced(stats)
        if (given.inFlight === 0) expectInOrder(output)

        const settled = [...output.confirmed, ...output.rejected].map(idOf)
        expect(new Set(settled).size, 'settled twice').to.equal(settled.length)
        const attempted = new Set(output.attempts.flat().map(idOf))
        for (const ids of refused) {
          if (ids.length <= capacity) expect(ids.filter(id => attempted.has(id))).to.deep.equal([])
        }
        const all = taken.flatMap(({ ids }) => ids)
        if (!cut) {
          expect(lost).to.equal(0)
          expect(
            all.filter(id => !settled.includes(id)),
            'lost',
          ).to.deep.equal([])
          expect(taken.filter(({ acked }) => !acked)).to.deep.equal([])
        } else {
          expect(lost).to.equal(stats.queued + stats.sending)
        }
      }),
      { numRuns: 300 },
    )
  })
})
