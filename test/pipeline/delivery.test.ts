import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { AgentError } from '../../lib/errors.ts'
import type { Output, WriteResult } from '../../lib/output.ts'
import {
  aborted,
  events,
  idOf,
  memoryLog,
  NEVER,
  ORDERED,
  pipelineTo,
  SOURCE,
  settled,
  stuckOutput,
} from './fixtures.ts'
import { MemoryOutput } from './memory-output.ts'

describe('delivery', () => {
  it('sends what is refused again, in order and before anything newer', async () => {
    const answers = [['confirm', 'retry', 'reject', 'retry'], ['retry', 'confirm'], []] as const
    let attempt = 0
    const output = new MemoryOutput(() => answers[attempt++] ?? [])
    const pipeline = pipelineTo(output)
    const publish = pipeline.publisher(SOURCE, NEVER)
    const first = await publish(events(4))
    while (pipeline.stats().sending === 0) await turn()
    const second = await publish(events(2, 'f'))
    await Promise.all([first.acked, second.acked])
    expect(await first.confirmed).to.include({ confirmed: 3, rejected: 1 })
    const ids = output.attempts.map(lines => lines.map(idOf).join(' '))
    expect(ids).to.deep.equal(['e0 e1 e2 e3', 'e1 e3', 'e1', 'f0 f1'])
    expect(pipeline.stats()).to.include({ acked: 5, rejected: 1, retried: 3, failed_writes: 0 })
    await pipeline.close(NEVER)
  })

  const nonsense: readonly [string, unknown][] = [
    ['an error', new Error('down')],
    ['nothing', undefined],
    ['an index outside of the batch', { retry: [9], reject: [] }],
    ['a negative index', { retry: [], reject: [{ index: -1, reason: '' }] }],
    ['half an answer', { retry: [0] }],
  ]
  for (const [what, answer] of nonsense) {
    it(`sends the whole batch again when the output answers with ${what}`, async () => {
      const { log, lines } = memoryLog()
      const sizes: number[] = []
      const output: Output = {
        async write(batch) {
          sizes.push(batch.lines.length)
          if (sizes.length > 1) return { retry: [], reject: [] }
          if (answer instanceof Error) throw answer
          return answer as WriteResult
        },
        async close() {},
      }
      const pipeline = pipelineTo(output, { log })
      const { acked } = await pipeline.publisher(SOURCE, NEVER)(events(4))
      await acked
      expect(sizes).to.deep.equal([4, 4])
      expect(pipeline.stats()).to.include({ acked: 4, retried: 4, failed_writes: 1 })
      expect(lines[0]).to.have.property('err')
      await pipeline.close(NEVER)
    })
  }

  it('leaves behind a write that ignores its signal, and its late answer', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output)
    const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(3))
    while (output.attempts.length === 0) await turn()
    expect(await pipeline.close(aborted('too late'))).to.deep.equal({ lost: 3, kept: 0 })
    open()
    expect(await settled(confirmed)).to.equal(false)
    expect(pipeline.stats()).to.include({ acked: 0, sending: 3 })
  })

  it('tries a write again that is not answered in time, unless it makes progress', async () => {
    const calls: number[] = []
    const output: Output = {
      async write({ count }, { signal, progress }) {
        calls.push(count)
        const from = performance.now()
        while (calls.length === 1 && !signal.aborted) await turn()
        while (calls.length === 2 && performance.now() - from < 900) {
          progress()
          await turn()
        }
        return { retry: [], reject: [] }
      },
      async close() {},
    }
    const pipeline = pipelineTo(output, { delivery: { ...ORDERED, timeout: 300 } })
    const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(2))
    expect(await confirmed).to.include({ confirmed: 2 })
    expect(calls).to.deep.equal([2, 2])
    expect(pipeline.stats()).to.include({ failed_writes: 1, retried: 2, acked: 2 })
    await pipeline.close(NEVER)
  })

  it('halves a batch that is too large, and drops an event that is too large alone', async () => {
    const sizes: number[] = []
    const output: Output = {
      async write({ count, lines }) {
        sizes.push(count)
        const isTooLarge = count > 2 || lines.some(line => idOf(line) === 'e4')
        return isTooLarge ? { retry: [], reject: [], tooLarge: true } : { retry: [], reject: [] }
      },
      async close() {},
    }
    const pipeline = pipelineTo(output)
    const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(5))
    expect(await confirmed).to.deep.equal({
      confirmed: 4,
      rejected: 1,
      filtered: 0,
      unencodable: 0,
    })
    expect(sizes).to.deep.equal([5, 3, 2, 1, 2, 1, 1])
    await pipeline.close(NEVER)
  })

  it('does not say of the last try that there is another', async () => {
    const { log, lines } = memoryLog()
    const output = {
      write: async () => {
        throw new Error('down')
      },
      close: async () => undefined,
    }
    const pipeline = pipelineTo(output, { log, delivery: { ...ORDERED, max_retries: 1 } })
    await (await pipeline.publisher(SOURCE, NEVER)(events(1))).confirmed
    await pipeline.close(NEVER)
    const failed = lines.filter(({ msg }) => msg === 'Output failed')
    expect(failed.map(line => 'retry_in_ms' in line)).to.deep.equal([true, false])
  })

  it('drops an event that was refused max_retries times and once', async () => {
    const output = new MemoryOutput(lines =>
      lines.map(line => (idOf(line) === 'e1' ? 'retry' : 'confirm')),
    )
    const { log, lines } = memoryLog()
    const pipeline = pipelineTo(output, { log, delivery: { ...ORDERED, max_retries: 2 } })
    const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(3))
    expect(await confirmed).to.include({ confirmed: 2, rejected: 1 })
    expect(output.attempts.map(lines => lines.length)).to.deep.equal([3, 1, 1])
    await pipeline.close(NEVER)
    expect(lines.at(-1)).to.include({
      msg: 'Events dropped: the output refused them',
      events: 1,
      'error.message': 'it was refused 3 times',
    })
  })

  it('waits as long as the peer asks to', async () => {
    const times: number[] = []
    const output: Output = {
      async write({ count }) {
        times.push(performance.now())
        const retry = times.length === 1 ? [...Array(count).keys()] : []
        return { retry, reject: [], retryAfterMs: 150 }
      },
      async close() {},
    }
    const pipeline = pipelineTo(output)
    await (await pipeline.publisher(SOURCE, NEVER)(events(1))).confirmed
    expect((times[1] ?? 0) - (times[0] ?? 0)).to.be.above(140)
    await pipeline.close(NEVER)
  })

  it('lets other batches pass an event to try again, unless order is kept', async () => {
    const output = new MemoryOutput(lines =>
      output.attempts.length < 6
        ? lines.map(line => (idOf(line) === 'a0' ? 'retry' : 'confirm'))
        : [],
    )
    const delivery = { ...ORDERED, ordered: false, backoff: { init: 20, max: 20 } }
    const pipeline = pipelineTo(output, { delivery })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const first = await publish(events(2, 'a'))
    while (pipeline.stats().acked === 0) await turn()
    const second = await publish(events(2, 'b'))
    await second.confirmed
    expect(await settled(first.confirmed)).to.equal(false)
    expect(await first.confirmed).to.include({ confirmed: 2 })
    expect(output.confirmed.map(idOf)).to.deep.equal(['a1', 'b0', 'b1', 'a0'])
    await pipeline.close(NEVER)
  })

  it('says of all events of a batch that they were dropped', async () => {
    const { log, lines } = memoryLog()
    const output = new MemoryOutput(() => new Error('down'))
    const pipeline = pipelineTo(output, { log, delivery: { ...ORDERED, max_retries: 0 } })
    const publish = pipeline.publisher(SOURCE, NEVER)
    expect(await (await publish(events(3))).confirmed).to.include({ rejected: 3 })
    expect(pipeline.stats()).to.include({ rejected: 3, acked: 0, failed_writes: 1 })
    await pipeline.close(NEVER)
    const dropped = lines.filter(({ msg }) => String(msg).startsWith('Events dropped'))
    expect(dropped.reduce((sum, line) => sum + Number(line['events']), 0)).to.equal(3)
  })

  for (const thrown of [undefined, null, { code: 'OUTPUT_GONE' }, 'OUTPUT_GONE']) {
    it(`tries again when an output throws ${JSON.stringify(thrown)}`, async () => {
      let calls = 0
      const output: Output = {
        async write() {
          if (calls++ === 0) throw thrown
          return { retry: [], reject: [] }
        },
        async close() {},
      }
      const pipeline = pipelineTo(output)
      const { confirmed } = await pipeline.publisher(SOURCE, NEVER)(events(1))
      expect(await confirmed).to.include({ confirmed: 1 })
      await pipeline.close(NEVER)
    })
  }

  it('ends the other writes when the output is gone', async () => {
    const ended: unknown[] = []
    const output: Output = {
      write: ({ lines }, { signal }) =>
        new Promise((_, reject) => {
          if (idOf(lines[0] ?? '') === 'e1') reject(new AgentError('OUTPUT_GONE', 'gone'))
          signal.addEventListener('abort', () => ended.push(signal.reason), { once: true })
        }),
      async close() {},
    }
    const delivery = { ...ORDERED, ordered: false, inFlight: 2, bulk_max_size: 1 }
    const pipeline = pipelineTo(output, { delivery })
    await pipeline.publisher(SOURCE, NEVER)(events(2))
    expect(await pipeline.failed).to.match(/gone/)
    expect(ended).to.have.length.of.at.least(1)
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 2, kept: 0 })
  })

  it('has as many batches in flight as the output takes', async () => {
    const { output, open } = stuckOutput()
    const delivery = { ...ORDERED, ordered: false, inFlight: 2, bulk_max_size: 1 }
    const pipeline = pipelineTo(output, { delivery })
    await pipeline.publisher(SOURCE, NEVER)(events(5))
    for (let i = 0; i < 10; i++) await turn()
    expect(output.attempts).to.have.length(2)
    open()
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
  })
})
