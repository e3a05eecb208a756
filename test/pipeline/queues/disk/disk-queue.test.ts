import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { WRITTEN } from '../../../../lib/output.ts'
import { Acker } from '../../../../lib/pipeline/acker.ts'
import { encodedOf } from '../../../../lib/pipeline/queue.ts'
import { DiskQueue } from '../../../../lib/pipeline/queues/disk/disk-queue.ts'
import { PositionFile } from '../../../../lib/pipeline/queues/disk/position-file.ts'
import { noSourceCounts } from '../../../../lib/pipeline/stats.ts'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { idOf, memoryLog, NEVER, ORDERED, SOURCE, settled, stuckOutput } from '../../fixtures.ts'
import { MemoryOutput } from '../../memory-output.ts'
import {
  drained,
  emptied,
  fill,
  large,
  opened,
  positionIn,
  publishesOf,
  SETTINGS,
  segmentsIn,
  unaccounted,
} from './opened.ts'

const ALL = { maxEvents: 1_000_000, maxBytes: 1 << 30 }

describe('the queue on the disk', () => {
  const folder = temporaryFolder()
  const path = () => join(folder.path, 'queue')

  it('has stored events before the output has them, and says when that has confirmed them', async () => {
    const { output, open } = stuckOutput()
    const { pipeline, publish } = await opened({ path: path() }, output)
    pipeline.start()
    const receipt = await publish([{ id: 'a' }, { id: 'b' }])
    await receipt.stored
    await receipt.acked
    expect(await settled(receipt.confirmed)).to.equal(false)
    open()
    const none = { rejected: 0, filtered: 0, unencodable: 0 }
    expect(await receipt.confirmed).to.deep.equal({ confirmed: 2, ...none })
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
  })

  it('is not stored before it is on the disk', async () => {
    const { pipeline, publish } = await opened({ path: path() })
    const receipt = await publish({ id: 'a' })
    expect(segmentsIn(path())).to.deep.equal([])
    await receipt.stored
    expect(statSync(join(path(), segmentsIn(path())[0] ?? '')).size).to.be.above(200)
    await pipeline.close(NEVER)
  })

  it('counts what a source has published as pending until it is stored', async () => {
    const { output, open } = stuckOutput()
    const { pipeline } = await opened({ path: path() }, output)
    pipeline.start()
    const counts = noSourceCounts()
    const receipt = await pipeline.publisher(SOURCE, NEVER, counts)([{ id: 'a' }, { id: 'b' }])
    expect(counts).to.include({ published: 2, pending: 2 })
    await receipt.stored
    expect(counts).to.include({ published: 2, pending: 0 })
    open()
    await receipt.confirmed
    expect(counts).to.include({ published: 2, pending: 0 })
    await pipeline.close(NEVER)
  })

  it('keeps what the output has not confirmed for the next start, in order', async () => {
    const publishes = publishesOf(5, 3)
    await fill({ path: path() }, publishes)
    const { ids, stats } = await drained({ path: path() })
    expect(ids).to.deep.equal(publishes.flat())
    expect(stats).to.include({ restored: 15, published: 0, acked: 15, queued: 0, sending: 0 })
    expect((await drained({ path: path() })).ids).to.deep.equal([])
  })

  it('counts what it keeps at the end, and what it had at the start', async () => {
    const { output } = stuckOutput()
    const { pipeline, publish } = await opened({ path: path() }, output)
    pipeline.start()
    await (await publish([{ id: 'a' }, { id: 'b' }])).stored
    expect(unaccounted(pipeline.stats())).to.equal(0)
    expect(await pipeline.close(AbortSignal.timeout(50))).to.deep.equal({ lost: 0, kept: 2 })
    const again = await opened({ path: path() })
    expect(again.pipeline.stats()).to.include({ restored: 2, queued: 2, published: 0 })
    expect(unaccounted(again.pipeline.stats())).to.equal(0)
    await again.pipeline.close(NEVER)
  })

  it('writes the position at most every 5 ms while batch after batch is settled', async () => {
    const batches = 400
    await fill({ path: path() }, publishesOf(1, batches))
    const before = await PositionFile.read(path())
    const delivery = { ...ORDERED, bulk_max_size: 1 }
    const output = new MemoryOutput()
    const { pipeline } = await opened({ path: path() }, output, { delivery })
    const start = performance.now()
    pipeline.start()
    await emptied(pipeline)
    const elapsedMs = performance.now() - start
    await pipeline.close(NEVER)
    const after = await PositionFile.read(path())
    expect(output.attempts).to.have.length(batches)
    expect(after).to.include({ sequence: (before?.sequence ?? 0) + batches })
    // The first at once, and some around the start and the end.
    const writes = (after?.generation ?? 0) - (before?.generation ?? 0)
    expect(writes).to.be.within(2, elapsedMs / 5 + 6)
  })

  it('keeps what lies beside the events', async () => {
    const route = (get: (field: string) => unknown) => `to-${get('id')}`
    const first = await opened({ path: path() }, new MemoryOutput(), { route })
    await (await first.publish([{ id: 'a', '@metadata': { k: [1] } }, { id: 'b' }])).stored
    await first.pipeline.close(NEVER)
    const metas: unknown[] = []
    const output = {
      async write({ meta }: { readonly meta: readonly unknown[] }) {
        metas.push(...meta)
        return WRITTEN
      },
      close: async () => undefined,
    }
    const { pipeline } = await opened({ path: path() }, output)
    pipeline.start()
    await emptied(pipeline)
    expect(metas).to.deep.equal([{ route: 'to-a', fields: { k: [1] } }, { route: 'to-b' }])
    await pipeline.close(NEVER)
  })

  it('takes the lines of a beat as they are', async () => {
    const { pipeline } = await opened({ path: path() })
    const bytes = Buffer.from('{"id":"ä"}\n{"id":"b"}\n')
    await (await pipeline.linePublisher(SOURCE, NEVER).publish(bytes, { route: 'r' })).stored
    await pipeline.close(NEVER)
    expect((await drained({ path: path() })).ids).to.deep.equal(['ä', 'b'])
  })

  it('reads again what did not stay in memory, in order, and tells the receipts that are still held', async () => {
    const { output, open } = stuckOutput()
    const { pipeline, publish } = await opened({ path: path(), max_size: 100_000_000 }, output)
    pipeline.start()
    const receipts = []
    for (let at = 0; at < 40; at++) {
      receipts.push(await publish([large(`${at}.a`, 400_000), large(`${at}.b`, 400_000)]))
      await receipts[at]?.stored
    }
    expect(pipeline.stats()).to.include({ published: 80 })
    const waiting = receipts.map(({ confirmed }) => confirmed)
    open()
    for (const counts of await Promise.all(waiting)) expect(counts.confirmed).to.equal(2)
    const ids = receipts.flatMap((_, at) => [`${at}.a`, `${at}.b`])
    expect(output.confirmed.map(idOf)).to.deep.equal(ids)
    expect(unaccounted(pipeline.stats())).to.equal(0)
    await pipeline.close(NEVER)
  })

  it('tells whoever waits for events that did not stay in memory, also without the receipt', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const { output, open } = stuckOutput()
    const { pipeline, publish } = await opened({ path: path(), max_size: 100_000_000 }, output)
    pipeline.start()
    const told: number[] = []
    for (let at = 0; at < 20; at++) {
      const { stored, confirmed } = await publish(large(`${at}`, 800_000))
      void confirmed.then(() => told.push(at))
      await stored
    }
    for (let turn = 0; turn < 3; turn++) {
      gc()
      await sleep(1)
    }
    open()
    await emptied(pipeline)
    expect(told).to.deep.equal(Array.from({ length: 20 }, (_, at) => at))
    await pipeline.close(NEVER)
  })

  it('removes segments as they are settled, after the position', async () => {
    const publishes = publishesOf(12, 4)
    await fill({ path: path() }, publishes, { pad: 'x'.repeat(100_000) })
    expect(segmentsIn(path()).length).to.be.above(4)
    const { ids } = await drained({ path: path() })
    expect(ids).to.deep.equal(publishes.flat())
    expect(segmentsIn(path()).length).to.equal(1)
  })

  it('keeps its position before the oldest batch that is not settled', async () => {
    await fill({ path: path() }, publishesOf(4, 1))
    const pins = { bytes: 0 }
    const queue = (await DiskQueue.open({ ...SETTINGS, path: path() }, memoryLog().log))(pins)
    const leases = []
    for (let at = 0; at < 4; at++) leases.push(await queue.take({ ...ALL, maxEvents: 1 }))
    for (const at of [0, 2, 3]) leases[at]?.settleAll('confirmed')
    expect(queue.usage()).to.include({ held: 1, queued: 0 })
    queue.close(new Error('end'))
    expect(await queue.finish(NEVER)).to.deep.equal({ lost: 0, kept: 1 })
    // What was settled behind it comes again.
    expect((await drained({ path: path() })).ids).to.deep.equal(['1.0', '2.0', '3.0'])
    expect(pins.bytes).to.be.above(0)
  })

  it('takes no batch beyond its window, counted from the position in the file', async () => {
    await fill({ path: path() }, publishesOf(40, 1))
    const windowEvents = 10
    const { log } = memoryLog()
    const queue = (await DiskQueue.open({ ...SETTINGS, path: path(), windowEvents }, log))({
      bytes: 0,
    })
    for (let taken = 0; taken < 40; taken += 4) {
      const lease = await queue.take({ ...ALL, maxEvents: 4 })
      expect(taken - positionIn(path())).to.be.below(windowEvents)
      lease?.settleAll('confirmed')
    }
    queue.close(new Error('end'))
    expect(await queue.finish(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
  })

  it('starts in the middle of a frame', async () => {
    await fill({ path: path() }, publishesOf(1, 10))
    const pins = { bytes: 0 }
    const queue = (await DiskQueue.open({ ...SETTINGS, path: path() }, memoryLog().log))(pins)
    const lease = await queue.take({ ...ALL, maxEvents: 4 })
    expect(lease?.lines.map(idOf)).to.deep.equal(['0.0', '0.1', '0.2', '0.3'])
    lease?.settleAll('confirmed')
    queue.close(new Error('end'))
    await queue.finish(NEVER)
    const { ids, restored } = await drained({ path: path() })
    expect(ids).to.deep.equal(['0.4', '0.5', '0.6', '0.7', '0.8', '0.9'])
    expect(restored).to.equal(6)
  })

  it('gives back all memory of events that are settled', async () => {
    const pins = { bytes: 0 }
    const queue = (await DiskQueue.open({ ...SETTINGS, path: path() }, memoryLog().log))(pins)
    const lines = Array.from({ length: 1000 }, (_, at) => `{"id":"ä${at}"}`)
    for (let at = 0; at < 3; at++)
      queue.offer(new Acker(1000, noSourceCounts()), encodedOf(lines, undefined))
    for (let left = 3000; left > 0; ) {
      const lease = await queue.take({ ...ALL, maxEvents: 700 })
      lease
        ?.settle(Array.from({ length: lease.count }, (_, at) => (at % 2 ? 'confirmed' : undefined)))
        .settleAll('rejected')
      left -= lease?.count ?? 0
    }
    expect(queue.usage()).to.include({ held: 0, queued: 0, pinnedBytes: 0 })
    queue.close(new Error('end'))
    await queue.finish(NEVER)
  })

  it('ends at once with an output that is down, and keeps what it had', async () => {
    const output = new MemoryOutput(() => new Error('down'))
    const delivery = { ...ORDERED, backoff: { init: 60_000, max: 60_000 } }
    const { pipeline, publish } = await opened({ path: path() }, output, { delivery })
    pipeline.start()
    await (await publish({ id: 'a' })).stored
    while (output.attempts.length === 0) await sleep(1)
    const beganMs = performance.now()
    expect(await pipeline.close(AbortSignal.timeout(20_000))).to.deep.equal({ lost: 0, kept: 1 })
    expect(performance.now() - beganMs).to.be.below(5_000)
  })

  it('sends what is in memory before it ends, while the output takes it', async () => {
    const { output, open } = stuckOutput()
    const { pipeline, publish } = await opened({ path: path() }, output)
    pipeline.start()
    await (await publish({ id: 'a' })).stored
    await (await publish({ id: 'b' })).stored
    const closing = pipeline.close(NEVER)
    open()
    expect(await closing).to.deep.equal({ lost: 0, kept: 0 })
    expect(output.confirmed.map(idOf)).to.deep.equal(['a', 'b'])
  })

  for (const sync of ['batch', 'interval', 'none'] as const) {
    it(`keeps events with sync: ${sync}`, async () => {
      await fill({ path: path(), sync }, publishesOf(3, 2))
      expect((await drained({ path: path(), sync })).ids).to.deep.equal(publishesOf(3, 2).flat())
    })
  }
})
