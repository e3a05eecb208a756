import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import type { ReceiptCounts } from '../../lib/event.ts'
import type { Chain } from '../../lib/pipeline/chain.ts'
import { noSourceCounts, type PipelineStats, type SourceCounts } from '../../lib/pipeline/stats.ts'
import { idOf, NEVER, ORDERED, pipelineTo, SOURCE } from './fixtures.ts'
import { type Answer, type Fate, MemoryOutput } from './memory-output.ts'

/** What is to become of an event at `publish`. */
type Kind = 'sent' | 'filtered' | 'unencodable'

const kind = fc.constantFrom<Kind[]>('sent', 'sent', 'sent', 'filtered', 'unencodable')
/** The publishes of a run of a source; a reload aborts it, with or without waiting for them. */
const run = fc.record({
  publishes: fc.array(fc.array(kind, { maxLength: 6 }), { maxLength: 6 }),
  sequential: fc.boolean(),
  waits: fc.boolean(),
})
/** A source: its runs, one after the other, on the same counts. */
const source = fc.array(run, { minLength: 1, maxLength: 3 })

const fate = fc.constantFrom<Fate[]>('confirm', 'confirm', 'confirm', 'retry', 'reject')
const answer = fc.oneof(
  { weight: 4, arbitrary: fc.array(fate, { maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constant(new Error('down')) },
)

const scenario = fc.record({
  sources: fc.array(source, { minLength: 1, maxLength: 3 }),
  answers: fc.array(answer, { maxLength: 20 }),
  events: fc.integer({ min: 6, max: 12 }),
  inFlight: fc.constantFrom(0, 3),
  bulk_max_size: fc.constantFrom(1, 3, 100),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

/** One publish, and what came of it. */
interface Published {
  readonly kinds: readonly Kind[]
  readonly ids: readonly string[]
  readonly source: number
  outcome: 'waiting' | 'taken' | 'refused'
  counts?: ReceiptCounts
}

const chain: Chain = event => (event['kind'] === 'filtered' ? undefined : event)

function eventOf(kind: Kind, id: string) {
  const event: Record<string, unknown> = { id, kind }
  if (kind === 'unencodable') event['itself'] = event
  return event
}

const countOf = ({ kinds }: Published, kind: Kind) => kinds.filter(each => each === kind).length
const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0)

/**
 * The counts that follow from what was published and from what the output has settled. Nothing of a publish
 * counts that is aborted before there is room for it.
 */
function modelOf(published: readonly Published[], output: MemoryOutput) {
  const total = (kind: Kind, of = published) => sum(of.map(each => countOf(each, kind)))
  const taken = published.filter(({ outcome }) => outcome === 'taken')
  const [unencodable, filtered] = [total('unencodable', taken), total('filtered', taken)]
  return {
    published: total('sent', taken) + unencodable + filtered,
    unencodable,
    filtered,
    acked: output.confirmed.length,
    rejected: output.rejected.length,
    queued: 0,
    sending: 0,
    waiting: 0,
  }
}

async function play({ sources, answers, events, inFlight, bulk_max_size }: Scenario) {
  const unbalanced: PipelineStats[] = []
  const look = () => {
    const stats = pipeline.stats()
    if (unaccounted(stats) !== 0) unbalanced.push(stats)
  }
  const output = new MemoryOutput((): Answer => {
    look()
    return answers[output.attempts.length - 1] ?? []
  })
  const pipeline = pipelineTo(output, {
    queue: { events, bytes: 1 << 20, flush: { min_events: 4, timeout: 1 } },
    delivery: { ...ORDERED, ordered: inFlight === 0, inFlight, bulk_max_size },
  })
  const published: Published[] = []
  const sourceCounts: SourceCounts[] = sources.map(noSourceCounts)

  async function publishAll(at: number, runs: Scenario['sources'][number]): Promise<void> {
    for (const { publishes, sequential, waits } of runs) {
      const stop = new AbortController()
      const publish = pipeline.publisher(SOURCE, stop.signal, sourceCounts[at], () => chain)
      const pending = publishes.map(kinds => {
        const ids = kinds.map((_, i) => `${published.length}:${i}`)
        const one: Published = { kinds, ids, source: at, outcome: 'waiting' }
        published.push(one)
        return { one, events: kinds.map((kind, i) => eventOf(kind, ids[i] ?? '')) }
      })
      const outcomes: Promise<void>[] = []
      for (const { one, events } of pending) {
        const outcome = publish(events).then(
          receipt => {
            one.outcome = 'taken'
            void receipt.confirmed.then(counts => {
              one.counts = counts
            })
          },
          () => {
            one.outcome = 'refused'
          },
        )
        outcomes.push(outcome)
        look()
        if (sequential) await outcome
      }
      if (waits) await Promise.all(outcomes)
      stop.abort()
      await Promise.all(outcomes)
      look()
    }
  }
  await Promise.all(sources.map((runs, at) => publishAll(at, runs)))
  await pipeline.close(NEVER)
  await turn()
  return { output, published, sourceCounts, unbalanced, stats: pipeline.stats() }
}

function unaccounted(stats: PipelineStats): number {
  const { published, unencodable, filtered, rejected, acked, queued, sending } = stats
  return published - (unencodable + filtered + rejected + acked + queued + sending)
}

function expectReceipts(published: readonly Published[], output: MemoryOutput): void {
  const rejected = new Set(output.rejected.map(idOf))
  for (const one of published.filter(({ outcome }) => outcome === 'taken')) {
    const refused = one.ids.filter(id => rejected.has(id)).length
    expect(one.counts).to.deep.equal({
      confirmed: countOf(one, 'sent') - refused,
      rejected: refused,
      filtered: countOf(one, 'filtered'),
      unencodable: countOf(one, 'unencodable'),
    })
  }
}

describe('the counts of a pipeline', () => {
  it('are those of a model, whatever is dropped, refused, aborted and reloaded', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const { output, published, sourceCounts, unbalanced, stats } = await play(given)
        expect(unbalanced).to.deep.equal([])
        expect(stats).to.deep.include(modelOf(published, output))
        expectReceipts(published, output)
        for (const [at, counts] of sourceCounts.entries()) {
          const own = published.filter(({ source }) => source === at)
          const { published: all, unencodable } = modelOf(own, output)
          const { blocked, ...rest } = counts
          expect(rest).to.deep.equal({ published: all, unencodable, pending: 0 })
          expect(blocked.waiting).to.equal(0)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('that do not add up are found out', () => {
    const stats = { published: 9, unencodable: 1, filtered: 1, rejected: 1, acked: 2, queued: 2 }
    const dead = { dead_lettered: 1, dead_letter_lost: 0, restored: 0, damaged: 0, stored_again: 0 }
    const pauses = { lost_pauses: 0, throttled_pauses: 0, refused_publishes: 0 }
    const more = { ...dead, ...pauses, sending: 2, waiting: 0, retried: 0, failed_writes: 0 }
    expect(unaccounted({ ...stats, ...more })).to.equal(0)
    expect(unaccounted({ ...stats, ...more, filtered: 0 })).to.equal(1)
  })
})
