import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { DeliverySettings, Output, WriteResult } from '../../../lib/output.ts'
import { Acker } from '../../../lib/pipeline/acker.ts'
import type { DeadLetter } from '../../../lib/pipeline/dead-letter/store.ts'
import { Delivery } from '../../../lib/pipeline/delivery/delivery.ts'
import { encodedOf } from '../../../lib/pipeline/queue.ts'
import { MemoryQueue } from '../../../lib/pipeline/queues/memory/memory-queue.ts'
import { noCounts, noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { memoryLog, ORDERED } from '../fixtures.ts'

const DONE: WriteResult = { retry: [], reject: [] }
const DOWN = new Error('down')
const THROTTLED: WriteResult = { retry: [0], reject: [], cause: 'throttled' }
const HOUR = { init: 3_600_000, max: 3_600_000 }
const DOUBLING = { init: 1, max: 60_000 }

type Answer = WriteResult | Error | Promise<WriteResult>

/** A delivery of batches of two events. Its nth write gets the nth answer, or confirms. */
function delivering(
  answers: readonly Answer[],
  own: Partial<DeliverySettings>,
  deadLetter?: DeadLetter,
) {
  const { log, lines } = memoryLog()
  const writes: { readonly count: number; readonly atMs: number }[] = []
  const output: Output = {
    async write({ count }) {
      const answer = answers[writes.length] ?? DONE
      writes.push({ count, atMs: performance.now() })
      if (answer instanceof Error) throw answer
      return answer
    },
    async close() {},
  }
  const room = { events: 100, bytes: 1 << 20, flush: { min_events: 1, timeout: 0 } }
  const queue = new MemoryQueue(room, { bytes: 0 })
  const [counts, source] = [noCounts(), noSourceCounts()]
  const settings = { ...ORDERED, bulk_max_size: 2, ...own }
  const delivery = new Delivery({ output, queue, log, settings, counts, deadLetter })
  const done = delivery.run()
  const offer = (count: number) => {
    queue.offer(new Acker(count, source), encodedOf(Array<string>(count).fill('{}'), undefined))
  }
  const close = () => queue.close(new Error('closed'))
  const written = async (count: number) => {
    while (writes.length < count) await turn()
  }
  const pauses = () => lines.flatMap(line => Number(line['retry_in_ms'] ?? Number.NaN) || 0)
  return { delivery, done, counts, source, lines, writes, offer, close, written, pauses }
}

describe('the pauses of a delivery that failed several times', () => {
  const fails = (count: number): readonly Error[] => Array(count).fill(DOWN)

  /** The pause after the last of these writes, of one event or two. */
  async function lastPause(answers: readonly Answer[], events = 1): Promise<number> {
    const own = { backoff: DOUBLING, bulk_max_size: events }
    const { offer, close, done, lines } = delivering(answers, own)
    offer(events)
    offer(1)
    close()
    await done
    return Number(lines.findLast(line => 'retry_in_ms' in line)?.['retry_in_ms'])
  }

  it('start over after a success, also if the peer asks for a pause then', async () => {
    expect(await lastPause([...fails(6), DONE, DOWN])).to.be.at.most(1)
    expect(await lastPause([...fails(6), { ...DONE, retryAfterMs: 1 }, DOWN])).to.be.at.most(1)
  })

  it('go on after a batch that was too large, also if the peer asks for a pause then', async () => {
    const large: WriteResult = { ...DONE, tooLarge: true }
    expect(await lastPause([...fails(6), large, DOWN], 2)).to.be.at.least(32)
    expect(await lastPause([...fails(6), { ...large, retryAfterMs: 1 }, DOWN], 2)).to.be.at.least(
      32,
    )
  })

  it('grow beyond what a peer asks for that takes nothing', async () => {
    const asking = { ...THROTTLED, retryAfterMs: 1 }
    expect(await lastPause(Array(7).fill(asking))).to.be.at.least(32)
  })

  it('start over when the agent ends', async () => {
    const answers = [...fails(8)]
    const { delivery, offer, close, done, written, pauses } = delivering(answers, {
      backoff: DOUBLING,
    })
    offer(1)
    await written(7)
    delivery.retryNow()
    close()
    await done
    const last = pauses().filter(ms => ms >= 0)
    expect(last.at(-1)).to.be.at.most(1)
  })
})

describe('a batch that is throttled', () => {
  const UNORDERED = { ordered: false, inFlight: 1, backoff: HOUR }

  it('holds up others each time, as long as none of it is taken', async () => {
    const { delivery, offer, close, written, writes, done } = delivering([THROTTLED, THROTTLED], {
      ...UNORDERED,
    })
    offer(1)
    await written(1)
    for (let at = 0; at < 5; at++) await turn()
    delivery.retryNow()
    await written(2)
    for (let at = 0; at < 5; at++) await turn()
    offer(1)
    for (let at = 0; at < 10; at++) await turn()
    expect(writes).to.have.length(2)
    delivery.stop()
    close()
    await done
  })

  it('holds up nobody with what is left of it', async () => {
    const { delivery, offer, close, written, writes, done } = delivering([THROTTLED, THROTTLED], {
      ...UNORDERED,
    })
    offer(2)
    await written(1)
    for (let at = 0; at < 5; at++) await turn()
    delivery.retryNow()
    await written(2)
    offer(2)
    await written(3)
    expect(writes.map(({ count }) => count)).to.deep.equal([2, 1, 2])
    delivery.stop()
    close()
    await done
  })
})

describe('a delivery that is stopped', () => {
  it('leaves what was not buried, and counts what was taken', async () => {
    const deadLetter = { add: () => Promise.reject(new Error('full')) }
    const answer = { retry: [], reject: [{ index: 1, reason: 'no' }] }
    const { delivery, offer, close, done, counts, source, lines, written } = delivering(
      [answer],
      { backoff: HOUR },
      deadLetter,
    )
    offer(2)
    await written(1)
    while (lines.length === 0) await turn()
    delivery.stop()
    close()
    expect(await done).to.equal(undefined)
    expect(counts).to.include({ acked: 1, rejected: 0, dead_lettered: 0 })
    expect(source.pending).to.equal(1)
    expect(lines.map(({ msg }) => msg)).to.deep.equal([
      'The dead letter can not be written: delivery waits for it',
    ])
  })

  it('does not wait for a disk that hangs, for a pause or for an answer', async () => {
    const deadLetter = { add: () => new Promise<void>(() => undefined) }
    const reject = [{ index: 0, reason: 'no' }]
    const never = new Promise<WriteResult>(() => undefined)
    for (const ordered of [true, false]) {
      for (const answer of [{ retry: [], reject }, DOWN, THROTTLED, never]) {
        const own = { ordered, inFlight: 1, backoff: HOUR }
        const isBurying = !ordered && 'reject' in answer
        const { delivery, offer, close, done, written } = delivering(
          [answer],
          own,
          isBurying ? deadLetter : undefined,
        )
        offer(1)
        await written(1)
        for (let at = 0; at < 5; at++) await turn()
        delivery.stop()
        close()
        expect(await done).to.equal(undefined)
      }
    }
  })

  it('whose events are kept ends with a failure that asks for a long pause', async () => {
    let fail: (why: Error) => void = () => undefined
    const failing = new Promise<WriteResult>((_, reject) => {
      fail = reject
    })
    const { delivery, offer, close, done, written, writes } = delivering([failing], {
      backoff: HOUR,
    })
    offer(1)
    await written(1)
    delivery.endAtFailure()
    fail(DOWN)
    close()
    expect(await done).to.equal(undefined)
    expect(writes).to.have.length(1)
  })
})

describe('an output that fails for long', () => {
  it('is said to take events again', async () => {
    const { now } = performance
    let laterMs = 0
    performance.now = () => now.call(performance) + laterMs
    try {
      const { offer, close, done, lines, written } = delivering([DOWN], {})
      offer(1)
      await written(1)
      laterMs = 6_000
      close()
      await done
      expect(lines.at(-1)).to.include({ msg: 'The output takes events again', failed_for_s: 6 })
    } finally {
      performance.now = now
    }
  })
})
