import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { AgentError } from '../../../lib/errors.ts'
import { type Batch, type Output, WRITTEN, type WriteResult } from '../../../lib/output.ts'
import { Delivery } from '../../../lib/pipeline/delivery/delivery.ts'
import { MemoryQueue } from '../../../lib/pipeline/queues/memory/memory-queue.ts'
import { noCounts } from '../../../lib/pipeline/stats.ts'
import {
  events,
  idOf,
  memoryLog,
  NEVER,
  ORDERED,
  pipelineTo,
  rejection,
  SOURCE,
} from '../fixtures.ts'
import { MemoryOutput } from '../memory-output.ts'

const QUEUE = { events: 8, bytes: 1 << 20, flush: { min_events: 1, timeout: 0 } }
const ONE_BY_ONE = { ...ORDERED, ordered: false, inFlight: 1, bulk_max_size: 1 }

function outputOf(write: (batch: Batch) => Promise<WriteResult>): Output {
  return { write, close: async () => undefined }
}

describe('delivery: what is tried again', () => {
  it('is not a batch of which no event is left', async () => {
    const { log, lines } = memoryLog()
    const output = new MemoryOutput(lines => lines.map(() => 'reject'))
    const pipeline = pipelineTo(output, { log })
    const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(2))
    expect(await confirmed).to.include({ rejected: 2 })
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
    expect(output.attempts).to.have.length(1)
    expect(lines.filter(({ msg }) => /sent again/.test(String(msg)))).to.deep.equal([])
  })

  it('waits for its turn in the order in which it is due', async () => {
    const ids: string[] = []
    const output = outputOf(async ({ lines }) => {
      const id = idOf(lines[0] ?? '')
      const isFirst = !ids.includes(id)
      ids.push(id)
      // Both others are due meanwhile.
      if (id === 'e2') await sleep(400)
      return isFirst && (id === 'e0' || id === 'e1') ? { retry: [0], reject: [] } : WRITTEN
    })
    const delivery = { ...ONE_BY_ONE, backoff: { init: 100, max: 200 } }
    const { log, lines } = memoryLog()
    const pipeline = pipelineTo(output, { delivery, log, queue: QUEUE })
    await (await pipeline.publisher(SOURCE, NEVER)(events(4))).confirmed
    const [first = 0, second = 0] = lines.flatMap(line => Number(line['retry_in_ms'] ?? []) || [])
    // Pauses are random. Too close to each other, either may be over first.
    const due =
      Math.abs(second - first) < 5 ? ids.slice(3, 5) : first < second ? ['e0', 'e1'] : ['e1', 'e0']
    expect(ids).to.deep.equal(['e0', 'e1', 'e2', ...due, 'e3'])
    await pipeline.close(NEVER)
  })

  it('holds up no other batch where a part of one is throttled again and again', async () => {
    const tries: number[] = []
    let lastMs = 0
    const output = outputOf(async ({ lines: written }) => {
      const retry = written.flatMap((line, at) => (idOf(line) === 'e1' ? [at] : []))
      if (retry.length > 0) tries.push(performance.now())
      else lastMs = performance.now()
      return { retry, reject: [], ...(retry.length === written.length && { cause: 'throttled' }) }
    })
    const backoff = { init: 2, max: 60_000 }
    const delivery = { ...ORDERED, ordered: false, inFlight: 1, bulk_max_size: 2, backoff }
    const { log, lines } = memoryLog()
    const pipeline = pipelineTo(output, { delivery, queue: QUEUE, log })
    const publish = pipeline.publisher(SOURCE, NEVER)
    await publish(events(2))
    while (lines.length < 8) await sleep(1)
    await (await publish(events(1, 'f'))).confirmed
    // By then it waits for an eighth of a second at least.
    const pauseMs = Number(lines[7]?.['retry_in_ms'])
    expect(lastMs).to.be.below((tries[7] ?? 0) + pauseMs)
    await pipeline.close(AbortSignal.abort())
  })

  it('waits when the peer throttles, also if no event of that write is left', async () => {
    const times: number[] = []
    const output = outputOf(async () => {
      times.push(performance.now())
      if (times.length > 1) return WRITTEN
      return { retry: [], reject: [{ index: 0, reason: 'ugly' }], cause: 'throttled' }
    })
    const delivery = { ...ORDERED, bulk_max_size: 1, backoff: { init: 200, max: 200 } }
    const pipeline = pipelineTo(output, { delivery })
    await (await pipeline.publisher(SOURCE, NEVER)(events(2))).confirmed
    const [first = 0, second = 0] = times
    expect(second - first).to.be.above(90)
    await pipeline.close(NEVER)
  })

  it('begins with the first half of a batch that is too large', async () => {
    const firsts: string[] = []
    const output = outputOf(async ({ count, lines }) => {
      firsts.push(idOf(lines[0] ?? ''))
      return count > 2 ? { ...WRITTEN, tooLarge: true } : WRITTEN
    })
    const pipeline = pipelineTo(output, { delivery: { ...ONE_BY_ONE, bulk_max_size: 8 } })
    await (await pipeline.publisher(SOURCE, NEVER)(events(8))).confirmed
    expect(firsts).to.deep.equal(['e0', 'e0', 'e0', 'e2', 'e4', 'e4', 'e6'])
    await pipeline.close(NEVER)
  })

  it('says that an event is too large for the output', async () => {
    const { log, lines } = memoryLog()
    const pipeline = pipelineTo(
      outputOf(async () => ({ ...WRITTEN, tooLarge: true })),
      { log },
    )
    await (await pipeline.publisher(SOURCE, NEVER)(events(1))).confirmed
    expect(lines.at(-1)).to.include({ 'error.message': 'it is too large for the output' })
    expect(pipeline.stats()).to.include({ rejected: 1, acked: 0 })
    await pipeline.close(NEVER)
  })
})

describe('delivery: what ends it', () => {
  it('is an output that is gone when an event is tried again beside others', async () => {
    let writes = 0
    const output = outputOf(async () => {
      if (writes++ === 0) return { retry: [0], reject: [] }
      throw new AgentError('OUTPUT_GONE', 'gone')
    })
    const pipeline = pipelineTo(output, { delivery: ONE_BY_ONE })
    await pipeline.publisher(SOURCE, NEVER)(events(1))
    expect(await pipeline.failed).to.match(/gone/)
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 1, kept: 0 })
  })

  it('is no other error of the agent', async () => {
    let writes = 0
    const output = outputOf(async () => {
      if (writes++ === 0) throw new AgentError('CONFIG_INVALID', 'no')
      return WRITTEN
    })
    const pipeline = pipelineTo(output)
    const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(1))
    expect(await confirmed).to.include({ confirmed: 1 })
    await pipeline.close(NEVER)
  })

  it('is not the end of the pipeline: the output has not failed by then', async () => {
    const pipeline = pipelineTo(new MemoryOutput())
    let failed = false
    pipeline.failed.then(() => {
      failed = true
    })
    await (await pipeline.publisher(SOURCE, NEVER)(events(1))).confirmed
    await pipeline.close(NEVER)
    for (let at = 0; at < 5; at++) await turn()
    expect(failed).to.equal(false)
  })

  it('is a queue that is broken, whose error it passes on', async () => {
    const queue = new MemoryQueue(QUEUE, { bytes: 0 })
    queue.take = async () => {
      throw new Error('broken')
    }
    const { log } = memoryLog()
    const output = new MemoryOutput()
    const delivery = new Delivery({ output, queue, log, settings: ORDERED, counts: noCounts() })
    expect(await rejection(delivery.run())).to.match(/broken/)
  })
})
