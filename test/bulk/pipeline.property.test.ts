import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import type { DeliverySettings, Output } from '../../lib/output.ts'
import { deadFiles } from '../../lib/pipeline/dead-letter/store.ts'
import type { PipelineOptions } from '../../lib/pipeline/pipeline.ts'
import { DiskQueue } from '../../lib/pipeline/queues/disk/disk-queue.ts'
import type { PipelineStats } from '../../lib/pipeline/stats.ts'
import { temporaryFolder } from '../outputs/folder.ts'
import { memoryLog, NEVER, ORDERED, pipelineTo, SOURCE } from '../pipeline/fixtures.ts'
import type { Behaviour, Fault } from './behaviours.ts'
import { BulkServer } from './bulk-server.ts'
import bulk from './output.ts'

const FAULTS: readonly Fault[] = [
  { do: 'hang' },
  { do: 'late', ms: 5 },
  { do: 'late', ms: 120 },
  { do: 'length', by: 7 },
  { do: 'length', by: -7 },
  { do: 'items', by: 1 },
  { do: 'items', by: -1 },
  { do: 'garbage' },
  { do: 'endless' },
  { do: 'refuse', status: 503 },
  { do: 'refuse', status: 403 },
  { do: 'tooLarge', bytes: 300 },
]

const fault = fc.oneof(
  fc.constantFrom(...FAULTS),
  fc.record({ do: fc.constant('cut' as const), at: fc.nat(250) }),
)
const behaviour = fc.record({
  fault,
  share: fc.constantFrom(0.3, 1),
  times: fc.integer({ min: 1, max: 4 }),
})

const scenario = fc.record({
  behaviours: fc.array(behaviour, { maxLength: 5 }),
  throttlesThirds: fc.boolean(),
  blocks: fc.nat(2),
  publishes: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
  bulk_max_size: fc.constantFrom(1, 7, 100),
  inFlight: fc.integer({ min: 1, max: 4 }),
  ordered: fc.boolean(),
  isDurable: fc.boolean(),
  seed: fc.nat(1000),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

function unaccounted(stats: PipelineStats): number {
  const { published, restored, unencodable, filtered, rejected, acked, damaged } = stats
  const { queued, sending } = stats
  const there = unencodable + filtered + rejected + acked + damaged + queued + sending
  return published + restored - there
}

/** Every tenth is refused for ever. */
const isBad = (n: number) => n % 10 === 3

class Played {
  readonly #folder = temporaryFolder()
  readonly unbalanced: PipelineStats[] = []
  readonly #given: Scenario
  published = 0
  /** Events of writes that failed: the server may have taken them all the same. */
  doubtful = 0
  stats: PipelineStats | undefined

  constructor(given: Scenario) {
    this.#given = given
  }

  async play(): Promise<BulkServer> {
    const { behaviours, throttlesThirds, blocks, publishes, seed } = this.#given
    const server = new BulkServer(join(this.#folder.path, 'received.txt'), seed)
    await server.listen()
    server.control({
      behaviours: behaviours satisfies readonly Behaviour[],
      items: { throttlesThirds, blocks },
    })
    const paths = { home: '', config: '', data: '', logs: '' }
    const { log } = memoryLog()
    const output = await bulk.open({ settings: { port: server.port }, log, paths })
    const watched: Output = {
      write: async (batch, call) => {
        this.#look(pipeline.stats())
        try {
          return await output.write(batch, call)
        } catch (error) {
          this.doubtful += batch.count
          throw error
        } finally {
          this.#look(pipeline.stats())
        }
      },
      close: () => output.close(),
    }
    const pipeline = pipelineTo(watched, await this.#options())
    const publish = pipeline.publisher(SOURCE, NEVER)
    const receipts = publishes.map(async count => {
      const from = this.published
      this.published += count
      const events = Array.from({ length: count }, (_, at) => eventOf(from + at))
      const receipt = await publish(events)
      this.#look(pipeline.stats())
      return receipt.confirmed
    })
    await Promise.all(receipts)
    this.stats = pipeline.stats()
    await pipeline.close(AbortSignal.timeout(2000))
    await output.close()
    await server.close()
    return server
  }

  async dead(): Promise<readonly unknown[]> {
    const folder = join(this.#folder.path, 'dead')
    const files = await deadFiles(folder)
    const lines = files.flatMap(file =>
      readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1),
    )
    return lines.map(line => {
      const { event, reason, status } = JSON.parse(line)
      return `${event.id} ${reason} ${status}`
    })
  }

  remove(): void {
    this.#folder.remove()
  }

  #look(stats: PipelineStats): void {
    if (unaccounted(stats) !== 0) this.unbalanced.push(stats)
  }

  async #options(): Promise<Partial<PipelineOptions>> {
    const { bulk_max_size, inFlight, ordered, isDurable } = this.#given
    const delivery: DeliverySettings = {
      ...ORDERED,
      ...{ bulk_max_size, inFlight, ordered, timeout: 60, backoff: { init: 1, max: 4 } },
    }
    const deadLetter = { folder: join(this.#folder.path, 'dead'), output: 'bulk', maxBytes: 0 }
    const path = join(this.#folder.path, 'queue')
    const settings = { path, max_size: 10_000_000, segment_size: 1_000_000, sync: 'none' } as const
    const queue = isDurable
      ? await DiskQueue.open(settings, memoryLog().log)
      : { events: 50, bytes: 1 << 20, flush: { min_events: 20, timeout: 1 } }
    return { delivery, deadLetter, queue }
  }
}

function eventOf(n: number) {
  return { id: `e:${n}`, bad: isBad(n) }
}

describe('a pipeline to a server that speaks _bulk', () => {
  it('loses nothing, repeats only what is in doubt, and counts each event at any time', async function () {
    this.timeout(240_000)
    await fc.assert(
      fc.asyncProperty(scenario, async given => {
        const played = new Played(given)
        try {
          const server = await played.play()
          const all = Array.from({ length: played.published }, (_, n) => n)
          const good = all.filter(n => !isBad(n)).map(n => `e:${n}`)
          expect([...server.ids].sort()).to.deep.equal(good.sort())
          expect(server.stats.repeated).to.be.at.most(played.doubtful)
          expect(played.unbalanced).to.deep.equal([])
          const counts = { acked: good.length, rejected: all.length - good.length }
          expect(played.stats).to.include({
            ...counts,
            published: all.length,
            queued: 0,
            sending: 0,
          })
          // An event that is refused although its answer does not arrive is sent, and refused, once more.
          const dead = all.filter(isBad).map(n => `e:${n} mapper_parsing_exception 400`)
          expect([...(await played.dead())].sort()).to.deep.equal(dead.sort())
        } finally {
          played.remove()
        }
      }),
      { numRuns: 40 },
    )
  })
})
