import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { AgentError } from '../../lib/errors.ts'
import type { Event } from '../../lib/event.ts'
import type { DeliverySettings } from '../../lib/output.ts'
import { openPipeline } from '../../lib/pipeline/pipeline.ts'
import {
  aborted,
  events,
  idOf,
  memoryLog,
  NEVER,
  ORDERED,
  pipelineTo,
  rejection,
  SOURCE,
  settled,
  stuckOutput,
} from './fixtures.ts'
import { MemoryOutput } from './memory-output.ts'

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
      restored: 0,
      damaged: 0,
      stored_again: 0,
      unencodable: 0,
      filtered: 0,
      rejected: 0,
      dead_lettered: 0,
      dead_letter_lost: 0,
      acked: 4,
      retried: 0,
      failed_writes: 0,
      lost_pauses: 0,
      throttled_pauses: 0,
      refused_publishes: 0,
      queued: 0,
      sending: 0,
      waiting: 0,
    })
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
    expect(output.closed).to.equal(false)
  })

  it('sends at once what is published while nothing is on its way', async () => {
    const output = new MemoryOutput()
    const queue = { events: 8, bytes: 1 << 20, flush: { min_events: 4, timeout: 3_600_000 } }
    const pipeline = pipelineTo(output, { queue })
    const publish = pipeline.publisher(SOURCE, NEVER)
    for (const id of ['a', 'b', 'c']) await (await publish({ id })).confirmed
    // One turn of the event loop is one batch.
    const receipts = await Promise.all([publish(events(2)), publish(events(1, 'f'))])
    await Promise.all(receipts.map(({ confirmed }) => confirmed))
    expect(output.attempts.map(lines => lines.length)).to.deep.equal([1, 1, 1, 3])
    await pipeline.close(NEVER)
  })

  it('waits for min_events while a batch is on its way, but not with what is left when it closes', async () => {
    const { output, open } = stuckOutput()
    const queue = { events: 8, bytes: 1 << 20, flush: { min_events: 4, timeout: 3_600_000 } }
    const delivery = { ...ORDERED, ordered: false, inFlight: 3 }
    const pipeline = pipelineTo(output, { queue, delivery })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const sizes = async () => {
      for (let i = 0; i < 5; i++) await turn()
      return output.attempts.map(lines => lines.length)
    }
    await publish(events(1, 'a'))
    expect(await sizes()).to.deep.equal([1])
    await publish(events(3, 'b'))
    expect(await sizes()).to.deep.equal([1])
    await publish(events(1, 'c'))
    expect(await sizes()).to.deep.equal([1, 4])
    await publish(events(2, 'd'))
    expect(await sizes()).to.deep.equal([1, 4])
    const closing = pipeline.close(NEVER)
    expect(await sizes()).to.deep.equal([1, 4, 2])
    open()
    expect(await closing).to.deep.equal({ lost: 0, kept: 0 })
  })

  it('has no more in a batch than bulk_max_size events and bulk_max_bytes; a larger event goes alone', async () => {
    const queue = { events: 5000, bytes: 1 << 20, flush: { min_events: 1600, timeout: 1 } }
    const sizesOf = async (list: Event[], limits: Partial<DeliverySettings>) => {
      const output = new MemoryOutput()
      const pipeline = pipelineTo(output, { queue, delivery: { ...ORDERED, ...limits } })
      await (await pipeline.publisher(SOURCE, NEVER)(list)).confirmed
      await pipeline.close(NEVER)
      expect(output.confirmed.map(idOf)).to.deep.equal(list.map(({ id }) => id))
      return output.attempts.map(lines => lines.length)
    }
    expect(await sizesOf(events(5000), {})).to.deep.equal([2048, 2048, 904])
    expect(await sizesOf(events(5), { bulk_max_size: 2 })).to.deep.equal([2, 2, 1])
    const large = { id: 'large', text: 'x'.repeat(2000) }
    const list = [...events(2), large, ...events(3, 'f')]
    expect(await sizesOf(list, { bulk_max_bytes: 1000 })).to.deep.equal([2, 1, 3])
    expect(await sizesOf([large], { bulk_max_bytes: 1 })).to.deep.equal([1])
  })

  it('sends at once with a timeout of 0, and with a threshold that the queue can not reach', async () => {
    for (const flush of [
      { min_events: 4, timeout: 0 },
      { min_events: 100, timeout: 3_600_000 },
    ]) {
      const pipeline = pipelineTo(new MemoryOutput(), {
        queue: { events: 2, bytes: 1 << 20, flush },
      })
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

  it('counts what a deadline leaves unconfirmed, and never acknowledges it', async () => {
    const { output } = stuckOutput()
    const pipeline = pipelineTo(output)
    const publish = pipeline.publisher(SOURCE, NEVER)
    const { acked } = await publish(events(5))
    const waiting = publish(events(5))
    await turn()
    await publish(events(0))
    const refused = rejection(waiting)
    expect(await pipeline.close(aborted('too late'))).to.deep.equal({ lost: 5, kept: 0 })
    expect(await refused).to.match(/closed/)
    expect(await rejection(publish(events(1)))).to.match(/closed/)
    expect(await settled(acked)).to.equal(false)
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 5, kept: 0 })
  })

  it('does not sit out a long pause when it closes', async () => {
    let down = true
    const output = new MemoryOutput(() => (down ? new Error('down') : []))
    const pipeline = pipelineTo(output, {
      delivery: { ...ORDERED, backoff: { init: 3_600_000, max: 3_600_000 } },
    })
    const { acked } = await pipeline.publisher(SOURCE, NEVER)(events(4))
    while (pipeline.stats().failed_writes === 0) await turn()
    await turn()
    down = false
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
    await acked
  })

  it('gives up in the middle of a pause when the deadline comes', async () => {
    const output = new MemoryOutput(() => new Error('down'))
    const pipeline = pipelineTo(output, {
      delivery: { ...ORDERED, backoff: { init: 3_600_000, max: 3_600_000 } },
    })
    await pipeline.publisher(SOURCE, NEVER)(events(4))
    const deadline = new AbortController()
    const closing = pipeline.close(deadline.signal)
    while (pipeline.stats().failed_writes === 0) await turn()
    deadline.abort()
    expect(await closing).to.deep.equal({ lost: 4, kept: 0 })
    expect(getEventListeners(deadline.signal, 'abort')).to.have.length(0)
  })

  it('delivers nothing before it is started', async () => {
    const output = new MemoryOutput()
    const pipeline = openPipeline({
      output,
      queue: { events: 8, bytes: 1 << 20, flush: { min_events: 1, timeout: 0 } },
      delivery: ORDERED,
      log: memoryLog().log,
    })
    await pipeline.publisher(SOURCE, NEVER)(events(2))
    for (let i = 0; i < 10; i++) await turn()
    expect(output.attempts).to.deep.equal([])
    pipeline.start()
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
    expect(output.confirmed).to.have.length(2)
  })

  it('holds publishers back while the bytes are used up, and frees them again', async () => {
    const { output, open } = stuckOutput()
    const queue = { events: 5000, bytes: 1 << 20, flush: { min_events: 1, timeout: 1 } }
    const pipeline = pipelineTo(output, { queue })
    const publish = pipeline.publisher(SOURCE, NEVER)
    const text = 'x'.repeat(100_000)
    const receipts = []
    for (let i = 0; i < 30 && pipeline.stats().waiting === 0; i++) {
      const taken = publish({ id: i, text })
      await Promise.race([taken, turn()])
      receipts.push(taken)
    }
    expect(receipts.length).to.be.within(2, 15)
    expect(pipeline.stats().waiting).to.equal(1)
    open()
    for (const receipt of receipts) await (await receipt).confirmed
    expect(pipeline.stats()).to.include({ waiting: 0, queued: 0, sending: 0 })
    await pipeline.close(NEVER)
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
    expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 4, kept: 0 })
    expect(output.attempts).to.have.length(1)
  })
})
