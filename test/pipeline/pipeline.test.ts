import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { AgentError } from '../../lib/errors.ts'
import type { Event } from '../../lib/event.ts'
import type { Output, WriteResult } from '../../lib/output.ts'
import { idOf, memoryLog, NEVER, pipelineTo, SOURCE } from './fixtures.ts'
import { MemoryOutput } from './memory-output.ts'

function events(count: number, prefix = 'e'): Event[] {
  return Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}` }))
}

/** Whether a promise has settled by the time that everything else pending has had its turn. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  const mark = () => {
    done = true
  }
  promise.then(mark, mark)
  for (let i = 0; i < 5; i++) await turn()
  return done
}

/** An output that is stuck until `open` is called. */
function stuckOutput(): { readonly output: MemoryOutput; readonly open: () => void } {
  let open = () => {}
  const gate = new Promise<void>(resolve => {
    open = resolve
  })
  return { output: new MemoryOutput(() => gate.then(() => [])), open }
}

function aborted(reason: string): AbortSignal {
  return AbortSignal.abort(new Error(reason))
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('should have been rejected'),
    error => error,
  )
}

describe('pipeline', () => {
  it('brings one event, many, and none to the output, and says so', async () => {
    const output = new MemoryOutput()
    const pipeline = pipelineTo(output)
    const publish = pipeline.publisher(SOURCE, NEVER)
    const receipts = [await publish({ id: 'one' }), await publish(events(3)), await publish([])]
    await Promise.all(receipts.map(({ acked }) => acked))
    expect(output.confirmed.map(idOf)).to.deep.equal(['one', 'e0', 'e1', 'e2'])
    expect(pipeline.stats()).to.deep.equal({
      published: 4,
      unencodable: 0,
      rejected: 0,
      acked: 4,
      retried: 0,
      failed_writes: 0,
      queued: 0,
      sending: 0,
      waiting: 0,
    })
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0 })
    expect(output.closed).to.equal(false)
  })

  it('waits for min_events, but not with what is left when it closes', async () => {
    const output = new MemoryOutput()
    const queue = { events: 8, flush: { min_events: 4, timeout: 3_600_000 } }
    const pipeline = pipelineTo(output, { queue })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const { acked } = await publish(events(3))
    expect(await settled(acked)).to.equal(false)
    await publish(events(2))
    await acked
    expect(output.attempts.map(lines => lines.length)).to.deep.equal([5])
    await publish(events(1))
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0 })
    expect(output.confirmed).to.have.length(6)
  })

  it('sends all that is queued, up to 2048 events or min_events, whichever is greater', async () => {
    for (const { min_events, sizes } of [
      { min_events: 4, sizes: [2048, 2048, 904] },
      { min_events: 2500, sizes: [2500, 2500] },
    ]) {
      const output = new MemoryOutput()
      const queue = { events: 5000, flush: { min_events, timeout: 3_600_000 } }
      const pipeline = pipelineTo(output, { queue })
      const { acked } = await pipeline.publisher(SOURCE, NEVER)(events(5000))
      await acked
      expect(output.attempts.map(lines => lines.length)).to.deep.equal(sizes)
      await pipeline.close(NEVER)
    }
  })

  it('sends at once with a timeout of 0, and with a threshold that the queue can not reach', async () => {
    for (const flush of [
      { min_events: 4, timeout: 0 },
      { min_events: 100, timeout: 3_600_000 },
    ]) {
      const pipeline = pipelineTo(new MemoryOutput(), { queue: { events: 2, flush } })
      const { acked } = await pipeline.publisher(SOURCE, NEVER)(events(flush.timeout === 0 ? 1 : 2))
      await acked
      await pipeline.close(NEVER)
    }
  })

  it('holds publishers back while the queue is full, and serves them in turn', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output)
    const publish = pipeline.publisher(SOURCE, NEVER)
    await publish(events(7, 'a'))
    const large = publish(events(4, 'b'))
    // There would be room for it, but it came later.
    const small = publish(events(1, 'c'))
    expect([await settled(large), await settled(small)]).to.deep.equal([false, false])
    expect(pipeline.stats().waiting).to.equal(2)
    open()
    await Promise.all([large, small])
    await pipeline.close(NEVER)
    expect(output.confirmed.map(line => idOf(line)[0]).join('')).to.equal('aaaaaaabbbbc')
  })

  it('takes more than the queue holds in pieces', async () => {
    const output = new MemoryOutput()
    const pipeline = pipelineTo(output)
    const { acked } = await pipeline.publisher(SOURCE, NEVER)(events(50))
    await acked
    expect(output.confirmed.map(idOf)).to.deep.equal(events(50).map(({ id }) => id))
    expect(Math.max(...output.attempts.map(lines => lines.length))).to.be.at.most(8)
    await pipeline.close(NEVER)
  })

  it('takes nothing under an aborted signal, and leaves no listener on one', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output)
    const stop = new AbortController()
    const later = new AbortController().signal
    const publish = pipeline.publisher(SOURCE, stop.signal)
    const other = pipeline.publisher(SOURCE, later)
    await publish(events(8))
    const waiting = [publish(events(8)), publish(events(1)), publish(events(20))]
    const next = other(events(1, 'other'))
    expect(getEventListeners(stop.signal, 'abort')).to.have.length(1)
    stop.abort(new Error('stop'))
    for (const one of waiting) expect(await rejection(one)).to.equal(stop.signal.reason)
    expect(await rejection(publish(events(1)))).to.equal(stop.signal.reason)
    expect(getEventListeners(stop.signal, 'abort')).to.have.length(0)
    expect(getEventListeners(later, 'abort')).to.have.length(1)
    open()
    await next
    expect(getEventListeners(later, 'abort')).to.have.length(0)
    await pipeline.close(later)
    expect(output.confirmed).to.have.length(9)
    expect(getEventListeners(later, 'abort')).to.have.length(0)
  })

  it('serves the next in line when the one before it gives up', async () => {
    const { output, open } = stuckOutput()
    const pipeline = pipelineTo(output)
    const stop = new AbortController()
    await pipeline.publisher(SOURCE, NEVER)(events(7))
    const first = pipeline.publisher(SOURCE, stop.signal)(events(2))
    const second = pipeline.publisher(SOURCE, NEVER)(events(1))
    stop.abort()
    await rejection(first)
    await second
    open()
    await pipeline.close(NEVER)
  })

  it('drops what can not be encoded, says so once, and still gives a receipt', async () => {
    const { log, lines } = memoryLog()
    const output = new MemoryOutput()
    const pipeline = pipelineTo(output, { log })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const bad = { '@timestamp': 'never' }
    await (await publish(bad)).acked
    await (await publish([bad, { id: 'good' }, bad])).acked
    expect(pipeline.stats()).to.include({ published: 4, unencodable: 3, acked: 1 })
    expect(lines).to.have.length(1)
    await pipeline.close(NEVER)
    expect(lines.map(({ events }) => events)).to.deep.equal([1, 2])
    expect(lines[0]?.['error.message']).to.match(/@timestamp/)
  })

  it('sends what is refused again, in order and before anything newer', async () => {
    const answers = [['confirm', 'retry', 'reject', 'retry'], ['retry', 'confirm'], []] as const
    let attempt = 0
    const output = new MemoryOutput(() => answers[attempt++] ?? [])
    const pipeline = pipelineTo(output)
    const publish = pipeline.publisher(SOURCE, NEVER)
    const first = await publish(events(4))
    const second = await publish(events(2, 'f'))
    await Promise.all([first.acked, second.acked])
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

  it('counts what a deadline leaves unconfirmed, and never acknowledges it', async () => {
    const { output } = stuckOutput()
    const pipeline = pipelineTo(output)
    const publish = pipeline.publisher(SOURCE, NEVER)
    const { acked } = await publish(events(5))
    const waiting = publish(events(5))
    await turn()
    await publish(events(0))
    const refused = rejection(waiting)
    expect(await pipeline.close(aborted('too late'))).to.deep.equal({ lost: 5 })
    expect(await refused).to.match(/closed/)
    expect(await rejection(publish(events(1)))).to.match(/closed/)
    expect(await settled(acked)).to.equal(false)
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 5 })
  })

  it('does not sit out a long pause when it closes', async () => {
    let down = true
    const output = new MemoryOutput(() => (down ? new Error('down') : []))
    const pipeline = pipelineTo(output, { backoff: { initMs: 3_600_000, maxMs: 3_600_000 } })
    const { acked } = await pipeline.publisher(SOURCE, NEVER)(events(4))
    while (pipeline.stats().failed_writes === 0) await turn()
    await turn()
    down = false
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0 })
    await acked
  })

  it('gives up in the middle of a pause when the deadline comes', async () => {
    const output = new MemoryOutput(() => new Error('down'))
    const pipeline = pipelineTo(output, { backoff: { initMs: 3_600_000, maxMs: 3_600_000 } })
    await pipeline.publisher(SOURCE, NEVER)(events(4))
    const deadline = new AbortController()
    const closing = pipeline.close(deadline.signal)
    while (pipeline.stats().failed_writes === 0) await turn()
    deadline.abort()
    expect(await closing).to.deep.equal({ lost: 4 })
    expect(getEventListeners(deadline.signal, 'abort')).to.have.length(0)
  })

  it('fails for good once the output is gone', async () => {
    const gone = new AgentError('OUTPUT_GONE', 'nobody reads')
    const output = new MemoryOutput(() => gone)
    const pipeline = pipelineTo(output)
    const publish = pipeline.publisher(SOURCE, NEVER)
    await publish(events(4))
    const waiting = publish(events(8))
    const refused = rejection(waiting)
    expect(await pipeline.failed).to.equal(gone)
    expect(await refused).to.equal(gone)
    expect(await rejection(publish(events(1)))).to.equal(gone)
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 4 })
    expect(output.attempts).to.have.length(1)
  })
})
