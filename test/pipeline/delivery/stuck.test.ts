// One event that its output refuses for ever, while many others pass: 50,000, or a million with MILLION=1.
import { setImmediate as turn } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'
import { expect } from 'chai'
import type { DeliverySettings, Output, WriteResult } from '../../../lib/output.ts'
import type { Publish } from '../../../lib/pipeline/client.ts'
import { Watermark } from '../../../lib/watermark.ts'
import { temporaryFolder } from '../../outputs/folder.ts'
import { aborted, idOf, NEVER, ORDERED, pipelineTo, SOURCE } from '../fixtures.ts'
import { opened } from '../queues/disk/opened.ts'

const EVENTS = process.env['MILLION'] ? 1_000_000 : 50_000
const BURST = 100
/** Of a queue on the disk. */
const WINDOW = 65_536
const DELIVERY: DeliverySettings = {
  ...ORDERED,
  ...{ ordered: false, inFlight: 2, bulk_max_size: 1000, backoff: { init: 1, max: 100 } },
}
const QUEUE = { events: 6400, bytes: 64 << 20, flush: { min_events: 1000, timeout: 5 } }

v8.setFlagsFromString('--expose-gc')
const collect: () => void = vm.runInNewContext('gc')

function bytesInUse(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Refuses the event 0 for ever, if it is told to, and counts the others. */
class Refusing implements Output {
  readonly #isRefusing: boolean
  /** How often each has been taken. */
  readonly taken = new Uint8Array(EVENTS)
  count = 0
  refusals = 0

  constructor(isRefusing = true) {
    this.#isRefusing = isRefusing
  }

  async write({ lines }: { readonly lines: readonly string[] }): Promise<WriteResult> {
    await turn()
    const retry: number[] = []
    for (const [index, line] of lines.entries()) {
      const n = Number(idOf(line))
      if (n === 0 && this.#isRefusing) retry.push(index)
      else {
        this.taken[n] = (this.taken[n] ?? 0) + 1
        this.count++
      }
    }
    this.refusals += retry.length
    return { retry, reject: [] }
  }

  async close() {}
}

function burst(from: number) {
  return Array.from({ length: BURST }, (_, at) => ({ id: `${from + at}`, pad: 'x'.repeat(50) }))
}

async function publishAll(publish: Publish, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += BURST) await publish(burst(n))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}

describe('an event that is refused for ever', function () {
  this.timeout(600_000)

  it('holds up nothing in a queue in memory, and takes no memory for those that pass', async () => {
    const output = new Refusing()
    const pipeline = pipelineTo(output, { delivery: DELIVERY, queue: QUEUE })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const mark = new Watermark<number>(() => undefined, Number.POSITIVE_INFINITY)
    const pass = async (from: number, to: number) => {
      for (let n = from; n < to; n += BURST) mark.follow(await publish(burst(n)), n, BURST)
      await until(() => output.count === to - 1)
      return bytesInUse()
    }
    const before = await pass(0, EVENTS / 5)
    const after = await pass(EVENTS / 5, EVENTS)
    expect((after - before) / 2 ** 20).to.be.below(3)
    expect(pipeline.stats()).to.include({ acked: EVENTS - 1, sending: 1, queued: 0, rejected: 0 })
    expect(mark.lag).to.equal(EVENTS)
    // Ever more rarely: the pause is a tenth of a second by then.
    expect(output.refusals).to.be.above(3)
    expect(await pipeline.close(aborted('now'))).to.deep.equal({ lost: 1, kept: 0 })
  })

  it('holds up a position, and a beat at its window, which is all that a restart repeats', async () => {
    const window = 10_000
    const run = async (
      output: Output,
      from: number,
      isStopped: (room: Promise<void>) => unknown,
    ) => {
      const pipeline = pipelineTo(output, { delivery: DELIVERY, queue: QUEUE })
      const publish = pipeline.publisher(SOURCE, NEVER)
      let position = from
      const mark = new Watermark<number>(reached => {
        position = reached
      }, window)
      for (let n = from; n < EVENTS; n += BURST) {
        const room = mark.room()
        if (await isStopped(room)) break
        mark.follow(await publish(burst(n)), n + BURST, BURST)
      }
      await until(() => pipeline.stats().queued === 0 && pipeline.stats().sending <= 1)
      await pipeline.close(aborted('now'))
      return position
    }
    const refusing = new Refusing()
    const isFull = async (room: Promise<void>) => {
      let hasRoom = false
      void room.then(() => {
        hasRoom = true
      })
      await turn()
      return !hasRoom
    }
    const position = await run(refusing, 0, isFull)
    expect(position).to.equal(0)
    expect(refusing.count).to.equal(window - 1)
    const taking = new Refusing(false)
    expect(await run(taking, position, room => room.then(() => false))).to.equal(EVENTS)
    expect(taking.taken.every(times => times === 1)).to.equal(true)
    expect(taking.taken.filter((times, n) => times + (refusing.taken[n] ?? 0) > 1).length).to.equal(
      window - 1,
    )
  })

  it('holds up a queue on the disk at its window, without memory for those behind it', async () => {
    const folder = temporaryFolder()
    const settings = {
      path: folder.path,
      max_size: 2_000_000_000,
      segment_size: 10_000_000,
    } as const
    const refusing = new Refusing()
    const first = await opened({ ...settings, sync: 'none' }, refusing, { delivery: DELIVERY })
    first.pipeline.start()
    await publishAll(first.publish, 0, EVENTS / 5)
    const most = (published: number) => Math.min(published, WINDOW) - 1
    await until(() => refusing.count >= most(EVENTS / 5))
    const before = bytesInUse()
    await publishAll(first.publish, EVENTS / 5, EVENTS)
    await until(() => refusing.count >= most(EVENTS))
    expect((bytesInUse() - before) / 2 ** 20).to.be.below(70)
    for (let at = 0; at < 100; at++) await turn()
    expect(refusing.count).to.be.at.most(most(EVENTS) + 2 * DELIVERY.bulk_max_size)
    await first.pipeline.close(NEVER)

    const taking = new Refusing(false)
    const second = await opened({ ...settings, sync: 'none' }, taking, { delivery: DELIVERY })
    second.pipeline.start()
    await until(() => second.pipeline.stats().acked === second.pipeline.stats().restored)
    await second.pipeline.close(NEVER)
    const times = taking.taken.map((count, n) => count + (refusing.taken[n] ?? 0))
    expect(times.every(count => count === 1 || count === 2)).to.equal(true)
    expect(times.filter(count => count === 2).length).to.be.at.most(WINDOW + 2000)
    folder.remove()
  })
})
