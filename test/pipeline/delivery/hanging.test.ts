import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { Output, WriteResult } from '../../../lib/output.ts'
import { Acker } from '../../../lib/pipeline/acker.ts'
import { Block } from '../../../lib/pipeline/block.ts'
import { Burial } from '../../../lib/pipeline/dead-letter/burial.ts'
import type { DeadLetter } from '../../../lib/pipeline/dead-letter/store.ts'
import { Delivery } from '../../../lib/pipeline/delivery/delivery.ts'
import { Pauses } from '../../../lib/pipeline/delivery/pauses.ts'
import { Writer } from '../../../lib/pipeline/delivery/writer.ts'
import { Lease } from '../../../lib/pipeline/lease.ts'
import { encodedOf } from '../../../lib/pipeline/queue.ts'
import { MemoryQueue } from '../../../lib/pipeline/queues/memory/memory-queue.ts'
import { noCounts, noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { LoopDisk } from '../../faults/loop-disk.ts'
import { skip } from '../../live.ts'
import { events, memoryLog, NEVER, ORDERED, pipelineTo, SOURCE } from '../fixtures.ts'

const NEVER_ENDING = new Promise<never>(() => undefined)

/** A dead letter on a disk that hangs until it is told otherwise. */
function hangingDisk() {
  let answer = () => {}
  const hung = new Promise<void>(resolve => {
    answer = resolve
  })
  let adds = 0
  const deadLetter: DeadLetter = {
    add: () => {
      adds++
      return hung
    },
  }
  return { deadLetter, answer: () => answer(), adds: () => adds }
}

function leaseOf(...lines: readonly string[]): Lease {
  const block = new Block({ bytes: 0 })
  block.fill(lines, undefined, 0, lines.length)
  block.own(new Acker(lines.length, noSourceCounts()))
  block.seal()
  return new Lease([{ block, from: 0, to: lines.length }], () => undefined)
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}

describe('a disk that hangs under the dead letter', () => {
  it('is told in the log, again and again, and is not asked twice', async () => {
    const { log, lines } = memoryLog()
    const { deadLetter, answer, adds } = hangingDisk()
    const [counts, pauses, backoff] = [noCounts(), new Pauses(), { initMs: 1, maxMs: 1 }]
    const burial = new Burial({ deadLetter, log, counts, backoff, pauses, silenceMs: 5 })
    const burying = burial.bury(leaseOf('{"id":1}'), 0, [{ index: 0, reason: 'no' }])
    await until(() => lines.length > 0)
    expect(lines[0]).to.include({ 'error.message': 'the disk does not answer' })
    expect(lines[0]?.['msg']).to.match(/dead letter can not be written: delivery waits for it/)
    expect(adds()).to.equal(1)
    expect(counts.dead_lettered).to.equal(0)
    answer()
    expect(await burying).to.equal(true)
    expect(counts.dead_lettered).to.equal(1)
    burial.close()
  })

  it('holds up the events that are refused, and no others', async () => {
    const { deadLetter, answer } = hangingDisk()
    const taken: string[] = []
    const output: Output = {
      async write({ lines }): Promise<WriteResult> {
        const isBad = (line: string) => line.includes('bad')
        taken.push(...lines.filter(line => !isBad(line)))
        const reject = lines.flatMap((line, index) =>
          isBad(line) ? [{ index, reason: 'no' }] : [],
        )
        return { retry: [], reject }
      },
      async close() {},
    }
    const queue = new MemoryQueue(
      { events: 100, bytes: 1 << 20, flush: { min_events: 1, timeout: 0 } },
      { bytes: 0 },
    )
    const [{ log }, counts] = [memoryLog(), noCounts()]
    const settings = { ...ORDERED, ordered: false, inFlight: 1, bulk_max_size: 2 }
    const delivery = new Delivery({ output, queue, log, settings, counts, deadLetter })
    const done = delivery.run()
    for (let n = 0; n < 10; n++) {
      const lines = [`{"n":${n},"bad":1}`, `{"n":${n}}`]
      queue.offer(new Acker(2, noSourceCounts()), encodedOf(lines, undefined))
    }
    await until(() => taken.length === 10)
    expect(counts).to.include({ acked: 0, rejected: 0 })
    answer()
    queue.close(new Error('closed'))
    await done
    expect(counts).to.include({ acked: 10, rejected: 10, dead_lettered: 10 })
  })
})

describe('a pipeline whose dead letter is on a disk that hangs', () => {
  it('ends by its deadline, and goes on when the disk answers', async function () {
    this.timeout(30_000)
    const disk = LoopDisk.create(32)
    if (!disk) skip(this, 'no loop device, mkfs.ext4 or python3 for this user')
    const output: Output = {
      write: async ({ lines }) => {
        const reject = lines.map((_, index) => ({ index, reason: 'no' }))
        return { retry: [], reject }
      },
      async close() {},
    }
    const deadLetter = { folder: join(disk.path, 'dead'), output: 'main', maxBytes: 0 }
    const pipeline = pipelineTo(output, { deadLetter })
    const publish = pipeline.publisher(SOURCE, NEVER)
    await (await publish(events(1))).confirmed
    disk.freeze()
    let confirmed: Promise<unknown>
    try {
      confirmed = (await publish(events(1))).confirmed
      const from = performance.now()
      expect(await pipeline.close(AbortSignal.timeout(200))).to.deep.equal({ lost: 1, kept: 0 })
      expect(performance.now() - from).to.be.below(2000)
    } finally {
      disk.thaw()
    }
    // The write could not be taken back: the event is there, although nobody counts on it.
    await confirmed
    expect(pipeline.stats()).to.include({ rejected: 2, dead_lettered: 2, sending: 0 })
    disk.remove()
  })
})

describe('an output that hangs', () => {
  it('is told in the log where it may take for ever', async () => {
    const silences: number[] = []
    const output: Output = { write: () => NEVER_ENDING, async close() {} }
    const writer = new Writer(output, 0, ms => silences.push(ms), 5)
    const fromMs = performance.now()
    const writing = writer.write(leaseOf('{}'))
    await until(() => silences.length >= 2)
    expect(silences[1]).to.be.above(silences[0] ?? 0)
    expect(silences[1]).to.be.at.most(performance.now() - fromMs)
    writer.abort()
    expect(await writing).to.equal(undefined)
  })
})
