import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Event, Receipt } from '../../lib/event.ts'
import type { Chain } from '../../lib/pipeline/chain.ts'
import { noSourceCounts, type PipelineStats, type SourceCounts } from '../../lib/pipeline/stats.ts'
import { idOf, NEVER, ORDERED, pipelineTo, SOURCE } from './fixtures.ts'
import { type Answer, type Fate, MemoryOutput } from './memory-output.ts'

/** `drop`: the processor drops it, if there is one. `broken`: JSON can't carry it. */
const kind = fc.constantFrom<('plain' | 'drop' | 'broken')[]>(
  'plain',
  'plain',
  'plain',
  'drop',
  'broken',
)

/** One beat: the events of each of its publishes, and before which of them it is told to stop. */
const publisher = fc.record({
  publishes: fc.array(
    fc.record({ kinds: fc.array(kind, { maxLength: 11 }), asLines: fc.boolean() }),
    { maxLength: 8 },
  ),
  /** Whether it has a processor. */
  filters: fc.boolean(),
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

type Publishing = Scenario['publishers'][number]['publishes'][number]

/** One publish as the pipeline gets it. */
interface Prepared {
  readonly events: readonly Event[]
  /** The same as lines. */
  readonly bytes: Uint8Array
  /** Of the events that go to the queue. */
  readonly ids: readonly string[]
  readonly filtered: number
  readonly unencodable: number
}

const CYCLE: Record<string, unknown> = {}
CYCLE['cycle'] = CYCLE

/** `nextId` makes the ids. Lines are looked into only where a processor has to see them as events. */
function prepare({ kinds, asLines }: Publishing, filters: boolean, nextId: () => string): Prepared {
  const all = kinds.map(kind => ({ kind, id: nextId() }))
  const isDropped = ({ kind }: { kind: string }) => kind === 'drop' && filters
  const isBroken = ({ kind }: { kind: string }) => kind === 'broken' && (filters || !asLines)
  const lines = all.map(each => (isBroken(each) ? '{oops}' : JSON.stringify(each)))
  return {
    events: all.map(each => (isBroken(each) ? { ...each, CYCLE } : each)),
    bytes: Buffer.from(lines.map(line => `${line}\n`).join('')),
    ids: all.filter(each => !isDropped(each) && !isBroken(each)).map(({ id }) => id),
    filtered: all.filter(isDropped).length,
    unencodable: all.filter(isBroken).length,
  }
}

const filter: Chain = event => (event['kind'] === 'drop' ? undefined : event)

interface Taken extends Prepared {
  readonly receipt: Receipt
  acked: boolean
}

/** Runs a scenario; what cannot be told from the end is checked at each write. */
async function play(given: Scenario) {
  const { publishers, answers, events, min_events, timeout, inFlight, closeAt } = given
  const taken: Taken[] = []
  const refused: (readonly string[])[] = []
  /** Of every publish that was taken. */
  const dropped = { filtered: 0, unencodable: 0 }
  const sources: SourceCounts[] = []
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
    publishers.map(async ({ publishes, abortAt, sequential, filters }, p) => {
      const stop = new AbortController()
      const counts = noSourceCounts()
      sources.push(counts)
      const from = [SOURCE, stop.signal, counts, () => (filters ? filter : undefined)] as const
      const publish = pipeline.publisher(...from)
      const lines = pipeline.linePublisher(...from)
      const pending: Promise<void>[] = []
      let number = 0
      for (const [at, one] of publishes.entries()) {
        if (at === abortAt) stop.abort()
        const prepared = prepare(one, filters, () => `${p}:${number++}`)
        const { events, bytes, ids } = prepared
        const outcome = (one.asLines ? lines.publish(bytes) : publish(events)).then(
          receipt => {
            const done: Taken = { ...prepared, receipt, acked: false }
            taken.push(done)
            dropped.filtered += prepared.filtered
            dropped.unencodable += prepared.unencodable
            void receipt.acked.then(() => {
              done.acked = true
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
  return {
    ...{ output, taken, refused, cut, lost, dropped, sources },
    stats: stats ?? pipeline.stats(),
    capacity: events,
  }
}

function expectBalanced(stats: PipelineStats): void {
  const { published, unencodable, filtered, rejected, acked, queued, sending } = stats
  expect(published).to.equal(unencodable + filtered + rejected + acked + queued + sending)
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
        const played = await play(given)
        const { output, taken, refused, cut, lost, stats, capacity } = played
        expectBalanced(stats)
        expect(stats).to.include(played.dropped)
        const ofSources = played.sources.reduce((sum, { published }) => sum + published, 0)
        expect(ofSources).to.equal(stats.published)
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
          for (const { receipt, ids, filtered, unencodable } of taken) {
            const { confirmed, rejected, ...counts } = await receipt.confirmed
            expect(counts).to.deep.equal({ filtered, unencodable })
            expect(confirmed + rejected).to.equal(ids.length)
          }
          for (const { pending } of played.sources) expect(pending).to.equal(0)
          expect(stats.acked).to.equal(output.confirmed.length)
        } else {
          expect(lost).to.equal(stats.queued + stats.sending)
        }
      }),
      { numRuns: 300 },
    )
  })
})
