import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { Output, WriteResult } from '../../../lib/output.ts'
import { Rows } from '../../../lib/pipeline/delivery/rows.ts'
import { noCounts } from '../../../lib/pipeline/stats.ts'
import { events, memoryLog, NEVER, ORDERED, pipelineTo, SOURCE } from '../fixtures.ts'

const BACKOFF = { initMs: 8, maxMs: 64 }

/** A write that begins now, which is after everything that has been counted. */
async function now(): Promise<number> {
  await sleep(1)
  return performance.now()
}

describe('failures in a row', () => {
  it('are counted apart: that a peer throttles makes no pause after it was lost longer', async () => {
    const counts = noCounts()
    const rows = new Rows(BACKOFF, counts)
    expect(rows.failed('lost', await now())).to.be.within(4, 8)
    expect(rows.failed('throttled', await now())).to.be.within(4, 8)
    expect(rows.failed('throttled', await now())).to.be.within(8, 16)
    expect(rows.failed('throttled', await now())).to.be.within(16, 32)
    expect(rows.failed('lost', await now())).to.be.within(8, 16)
    expect(counts).to.include({ lost_pauses: 2, throttled_pauses: 3 })
    expect(rows.hasFailed).to.equal(true)
    rows.end()
    expect(rows.hasFailed).to.equal(false)
    expect(rows.failed('lost', await now())).to.be.within(4, 8)
    expect(rows.failed('throttled', await now())).to.be.within(4, 8)
  })

  it('are one if the writes were under way together, also after a success in between', async () => {
    const counts = noCounts()
    const rows = new Rows(BACKOFF, counts)
    const begunMs = await now()
    for (let write = 0; write < 8; write++) {
      expect(rows.failed('lost', begunMs)).to.be.within(4, 8)
    }
    expect(counts.lost_pauses).to.equal(1)
    rows.end()
    expect(rows.failed('lost', begunMs)).to.be.within(4, 8)
    expect(counts.lost_pauses).to.equal(2)
  })

  it('end with a success', async () => {
    const rows = new Rows(BACKOFF, noCounts())
    for (const cause of ['lost', 'throttled'] as const) {
      rows.failed(cause, await now())
      expect(rows.hasFailed, cause).to.equal(true)
      rows.failed(cause, await now())
      rows.succeeded()
      expect(rows.hasFailed, cause).to.equal(false)
      expect(rows.failed(cause, await now()), cause).to.be.within(4, 8)
      rows.succeeded()
    }
  })

  it('of single events are their own', () => {
    const counts = noCounts()
    const rows = new Rows(BACKOFF, counts)
    expect(rows.refused(1)).to.be.within(4, 8)
    expect(rows.refused(3)).to.be.within(16, 32)
    expect(rows.hasFailed).to.equal(false)
    expect(counts).to.include({ lost_pauses: 0, throttled_pauses: 2 })
  })
})

describe('delivery: pauses of either kind', () => {
  /** Answers the nth write by the nth answer, or else confirms. */
  function answering(...answers: readonly (WriteResult | Error)[]) {
    let writes = 0
    const output: Output = {
      async write() {
        const answer = answers[writes++] ?? { retry: [], reject: [] }
        if (answer instanceof Error) throw answer
        return answer
      },
      async close() {},
    }
    return output
  }

  it('are counted, also those that a peer asks for after it has taken everything', async () => {
    const output = answering(
      new Error('down'),
      { retry: [0], reject: [], cause: 'lost' },
      { retry: [0], reject: [], cause: 'throttled' },
      { retry: [0], reject: [], retryAfterMs: 1 },
      { retry: [0], reject: [] },
      { retry: [], reject: [], retryAfterMs: 1 },
    )
    const pipeline = pipelineTo(output)
    await (await pipeline.publisher(SOURCE, NEVER)(events(1))).confirmed
    expect(pipeline.stats()).to.include({ lost_pauses: 2, throttled_pauses: 4 })
    await pipeline.close(NEVER)
  })

  it('do not become a minute because eight writes have failed at once', async () => {
    const { log, lines } = memoryLog()
    let writes = 0
    const output: Output = {
      async write() {
        const isFirst = writes++ < 8
        while (writes < 8) await turn()
        if (isFirst) throw new Error('down')
        return { retry: [], reject: [] }
      },
      async close() {},
    }
    const delivery = { ...ORDERED, ordered: false, inFlight: 8, bulk_max_size: 1 }
    const backoff = { init: 20, max: 60_000 }
    const pipeline = pipelineTo(output, { log, delivery: { ...delivery, backoff } })
    await (await pipeline.publisher(SOURCE, NEVER)(events(8))).confirmed
    const pauses = lines.flatMap(line => Number(line['retry_in_ms'] ?? []) || [])
    expect(pauses).to.have.length(8)
    expect(Math.max(...pauses)).to.be.at.most(20)
    expect(pipeline.stats()).to.include({ failed_writes: 8, lost_pauses: 1 })
    await pipeline.close(NEVER)
  })

  it('of an event that is refused again and again grow, although others are taken', async () => {
    const { log, lines } = memoryLog()
    let refusals = 0
    const output: Output = {
      async write({ lines: batch }) {
        const index = batch.findIndex(line => line.includes('"stuck"'))
        if (index >= 0 && refusals < 4) refusals++
        else return { retry: [], reject: [] }
        return { retry: [index], reject: [] }
      },
      async close() {},
    }
    const delivery = { ...ORDERED, ordered: false, backoff: { init: 8, max: 64 } }
    const pipeline = pipelineTo(output, { log, delivery })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const stuck = (await publish({ id: 'stuck' })).confirmed
    let isStuck = true
    void stuck.then(() => {
      isStuck = false
    })
    while (isStuck) await (await publish({ id: 'other' })).confirmed
    const pauses = lines.flatMap(line => Number(line['retry_in_ms'] ?? []) || [])
    expect(
      pauses.slice(0, 4).map((pause, at) => Math.ceil(Math.log2(pause / 8.5)) <= at),
    ).to.deep.equal([true, true, true, true])
    expect(pauses[3]).to.be.within(32, 64)
    await pipeline.close(NEVER)
  })
})
