import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { Batch, Output, WriteResult } from '../../lib/output.ts'
import { aborted, events, idOf, memoryLog, NEVER, ORDERED, pipelineTo, SOURCE } from './fixtures.ts'

/** An output that answers each write by its number, counted from 0, and notes when it came. */
class AnsweringOutput implements Output {
  readonly writes: { readonly ids: readonly string[]; readonly atMs: number }[] = []
  readonly #answer: (write: number, batch: Batch) => WriteResult

  constructor(answer: (write: number, batch: Batch) => WriteResult) {
    this.#answer = answer
  }

  async write(batch: Batch): Promise<WriteResult> {
    this.writes.push({ ids: batch.lines.map(idOf), atMs: performance.now() })
    return this.#answer(this.writes.length - 1, batch)
  }

  async close() {}
}

const DONE: WriteResult = { retry: [], reject: [] }

function all({ count }: Batch): number[] {
  return [...Array(count).keys()]
}

/** The pauses that were logged, in milliseconds. */
function pausesOf(lines: readonly Record<string, unknown>[]): readonly number[] {
  return lines.flatMap(line => (line.retry_in_ms === undefined ? [] : [Number(line.retry_in_ms)]))
}

const UNORDERED = { ...ORDERED, ordered: false, inFlight: 2, bulk_max_size: 2 }

describe('delivery: pauses', () => {
  it('double with every failure in a row, and start over after a full success', async () => {
    const { log, lines } = memoryLog()
    const output = new AnsweringOutput((write, batch) => {
      if (write === 4 || write === 6) return DONE
      // A part is confirmed: that does not end the row.
      return { retry: write === 2 ? [0] : all(batch), reject: [] }
    })
    const backoff = { init: 8, max: 32 }
    const pipeline = pipelineTo(output, { log, delivery: { ...ORDERED, backoff } })
    const publish = pipeline.publisher(SOURCE, NEVER)
    await (await publish(events(2, 'a'))).confirmed
    await (await publish(events(1, 'b'))).confirmed
    const [first = 0, second = 0, third = 0, fourth = 0, over = 0] = pausesOf(lines)
    expect(first).to.be.within(4, 8)
    expect(second).to.be.within(8, 16)
    expect(third).to.be.within(16, 32)
    expect(fourth).to.be.within(16, 32)
    expect(over).to.be.within(4, 8)
    for (const [at, pause] of [first, second, third, fourth].entries()) {
      const [before, after] = [output.writes[at], output.writes[at + 1]]
      // The log rounds, and timers may fire a little early.
      expect((after?.atMs ?? 0) - (before?.atMs ?? 0)).to.be.at.least(pause - 2)
    }
    await pipeline.close(NEVER)
  })

  it('say in the log how many events wait, and why a write failed', async () => {
    const { log, lines } = memoryLog()
    const output = new AnsweringOutput(write => {
      if (write === 0) throw new Error('down')
      return write === 1 ? { retry: [1], reject: [{ index: 0, reason: 'ugly' }] } : DONE
    })
    const pipeline = pipelineTo(output, { log })
    await (await pipeline.publisher(SOURCE, NEVER)(events(3))).confirmed
    await pipeline.close(NEVER)
    const said = lines.map(({ msg, events, 'error.message': reason }) => [msg, events, reason])
    expect(said).to.deep.equal([
      ['Output failed', 3, undefined],
      ['Events dropped: the output refused them', 1, 'ugly'],
      ['Events are going to be sent again', 1, undefined],
    ])
    expect(lines[0]).to.have.nested.property('err.message', 'down')
    expect(lines[0]).to.have.property('retry_in_ms').that.is.a('number')
  })

  it('are at most ten minutes, whatever the peer asks for, and end when the agent stops', async () => {
    const { log, lines } = memoryLog()
    const output = new AnsweringOutput((write, batch) =>
      write === 0 ? { retry: all(batch), reject: [], retryAfterMs: 1e9 } : DONE,
    )
    const pipeline = pipelineTo(output, { log })
    const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(1))
    while (pausesOf(lines).length === 0) await turn()
    expect(pausesOf(lines)).to.deep.equal([600_000])
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
    expect(await confirmed).to.include({ confirmed: 1 })
  })

  it('start over when the agent stops', async () => {
    const { log, lines } = memoryLog()
    const output = new AnsweringOutput((write, batch) =>
      write < 5 ? { retry: all(batch), reject: [] } : DONE,
    )
    const backoff = { init: 4, max: 3_600_000 }
    const pipeline = pipelineTo(output, { log, delivery: { ...ORDERED, backoff } })
    await pipeline.publisher(SOURCE, NEVER)(events(1))
    while (pausesOf(lines).length < 4) await turn()
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
    const [, , , fourth = 0, last = 0] = pausesOf(lines)
    expect(fourth).to.be.within(16, 32)
    expect(last).to.be.within(2, 4)
  })

  const reasons: readonly [string, (batch: Batch) => WriteResult][] = [
    ['asks for a pause', b => ({ retry: all(b), reject: [], retryAfterMs: 100 })],
    ['is lost', b => ({ retry: all(b), reject: [], cause: 'lost' })],
    ['throttles', b => ({ retry: all(b), reject: [], cause: 'throttled' })],
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
  ]
  for (const [what, answer] of reasons) {
    it(`hold up all batches when the peer ${what}`, async () => {
      const output = new AnsweringOutput((write, batch) => (write === 0 ? answer(batch) : DONE))
      const delivery = { ...UNORDERED, backoff: { init: 200, max: 200 } }
      const pipeline = pipelineTo(output, { delivery })
      const publish = pipeline.publisher(SOURCE, NEVER)
      const first = await publish(events(1, 'a'))
      while (output.writes.length === 0) await turn()
      for (let at = 0; at < 5; at++) await turn()
      await Promise.all([first.confirmed, (await publish(events(4, 'b'))).confirmed])
      const [begin, ...others] = output.writes.map(({ atMs }) => atMs)
      expect(Math.min(...others) - (begin ?? 0)).to.be.above(90)
      await pipeline.close(NEVER)
    })
  }

  it('hold up the refused events alone when the peer only refuses them', async () => {
    const output = new AnsweringOutput((write, batch) =>
      write === 0 ? { retry: all(batch), reject: [] } : DONE,
    )
    const delivery = { ...UNORDERED, backoff: { init: 60_000, max: 60_000 } }
    const pipeline = pipelineTo(output, { delivery })
    const publish = pipeline.publisher(SOURCE, NEVER)
    await publish(events(1, 'a'))
    while (output.writes.length === 0) await turn()
    const { confirmed } = await publish(events(4, 'b'))
    expect(await confirmed).to.include({ confirmed: 4 })
    expect(pipeline.stats()).to.include({ acked: 4, sending: 1, queued: 0 })
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
  })
})

describe('delivery: the time that a write takes', () => {
  /** Writes that stay open until they are answered, by the id of their first event. */
  function holding() {
    const open = new Map<string, { readonly answer: () => void; readonly progress: () => void }>()
    const output: Output = {
      write: ({ lines }, { progress }) =>
        new Promise(resolve => {
          open.set(idOf(lines[0] ?? ''), { answer: () => resolve(DONE), progress })
        }),
      async close() {},
    }
    return { open, output }
  }

  async function pause(ms: number): Promise<void> {
    const from = performance.now()
    while (performance.now() - from < ms) await turn()
  }

  it('is counted for the oldest that has no answer, from its last progress on', async () => {
    const { open, output } = holding()
    const pipeline = pipelineTo(output, { delivery: { ...UNORDERED, bulk_max_size: 1 } })
    expect(pipeline.writingForMs).to.equal(0)
    await pipeline.publisher(SOURCE, NEVER)(events(2))
    while (open.size < 2) await turn()
    await pause(30)
    expect(pipeline.writingForMs).to.be.within(29, 60_000)
    const progressMs = performance.now()
    open.get('e0')?.progress()
    await pause(5)
    // The other one has made none.
    expect(pipeline.writingForMs).to.be.within(34, 60_000)
    open.get('e1')?.answer()
    for (let at = 0; at < 3; at++) await turn()
    expect(pipeline.writingForMs).to.be.within(5, performance.now() - progressMs)
    open.get('e0')?.answer()
    for (let at = 0; at < 3; at++) await turn()
    expect(pipeline.writingForMs).to.equal(0)
    // Progress of a write that has its answer counts for nothing.
    open.get('e0')?.progress()
    expect(pipeline.writingForMs).to.equal(0)
    await pipeline.close(NEVER)
  })

  it('ends with the signal of a write when the agent gives up', async () => {
    const reasons: unknown[] = []
    const output: Output = {
      write: (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => reasons.push(signal.reason), { once: true })
        }),
      async close() {},
    }
    const pipeline = pipelineTo(output)
    await pipeline.publisher(SOURCE, NEVER)(events(1))
    while (pipeline.writingForMs === 0) await turn()
    expect(await pipeline.close(aborted('late'))).to.deep.equal({ lost: 1, kept: 0 })
    expect(reasons).to.have.length(1)
    for (let at = 0; at < 3; at++) await turn()
    expect(pipeline.writingForMs).to.equal(0)
  })

  it('is not limited with a timeout of 0, and leaves no timer with one', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    const { open, output } = holding()
    // Mocha has set its own by then.
    await turn()
    const before = timers()
    const pipeline = pipelineTo(output, { delivery: { ...ORDERED, timeout: 3_600_000 } })
    await pipeline.publisher(SOURCE, NEVER)(events(1))
    while (open.size === 0) await turn()
    expect(timers()).to.be.above(before)
    open.get('e0')?.answer()
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
    expect(timers()).to.be.at.most(before)
  })
})
