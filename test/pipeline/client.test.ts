import { expect } from 'chai'
import type { Output } from '../../lib/output.ts'
import type { Door } from '../../lib/pipeline/client.ts'
import { constantsOf } from '../../lib/pipeline/encoding/enrichment.ts'
import { metaOf } from '../../lib/pipeline/encoding/meta.ts'
import { linePublisherOf } from '../../lib/pipeline/lines.ts'
import { MemoryQueue } from '../../lib/pipeline/queues/memory/memory-queue.ts'
import { noCounts, noSourceCounts } from '../../lib/pipeline/stats.ts'
import { Turns } from '../../lib/pipeline/turns.ts'
import { aborted, NEVER, pipelineTo, rejection, SOURCE } from './fixtures.ts'
import { MemoryOutput } from './memory-output.ts'
import { MetaOutput } from './meta-output.ts'

describe('pipeline: the door for lines', () => {
  it('takes lines that are encoded already as they are', async () => {
    const output = new MemoryOutput()
    const pipeline = pipelineTo(output)
    const lines = pipeline.linePublisher(SOURCE, NEVER)
    const receipt = await lines.publish(Buffer.from('{"id":"ü"}\n{"id":"b"}\n'))
    expect(await receipt.confirmed).to.include({ confirmed: 2 })
    expect(output.confirmed).to.deep.equal(['{"id":"ü"}', '{"id":"b"}'])
    expect(pipeline.stats()).to.include({ published: 2, acked: 2 })
    await pipeline.close(NEVER)
  })

  const wrong: readonly [string, string, RegExp][] = [
    ['an empty line', '{}\n\n', /line 1 is not a JSON object/],
    ['nothing but an empty line', '\n', /line 0 is not a JSON object/],
    ['a line without its end', '{}\n{}', /line 1 has no end/],
    ['text', 'hello\n', /line 0 is not a JSON object/],
    ['half an object', '{"a":1\n', /line 0 is not a JSON object/],
    ['half an object from behind', '"a":1}\n', /line 0 is not a JSON object/],
  ]
  for (const [what, text, message] of wrong) {
    it(`takes nothing of ${what}`, async () => {
      const pipeline = pipelineTo(new MemoryOutput())
      const lines = pipeline.linePublisher(SOURCE, NEVER)
      expect(await rejection(lines.publish(Buffer.from(text)))).to.match(message)
      expect(pipeline.stats()).to.include({ published: 0 })
      await pipeline.close(NEVER)
    })
  }

  it('refuses lines as publish does', async () => {
    const pipeline = pipelineTo(new MemoryOutput())
    const gone = pipeline.linePublisher(SOURCE, aborted('gone'))
    expect(await rejection(gone.publish(Buffer.from('{}\n')))).to.match(/gone/)
    // It is not even looked at.
    expect(await rejection(gone.publish(Buffer.from('hello')))).to.match(/gone/)
    const lines = pipeline.linePublisher(SOURCE, NEVER)
    await pipeline.close(NEVER)
    expect(await rejection(lines.publish(Buffer.from('{}\n')))).to.match(/closed/)
  })

  it('gives the text of the constants, unless fields or processors are in the way', () => {
    const pipeline = pipelineTo(new MemoryOutput())
    const constants = pipeline.linePublisher(SOURCE, NEVER).constantsFor(['message'])
    expect(JSON.parse(`{"message":"m"${constants}}`)).to.deep.include({
      message: 'm',
      host: { name: 'web-1' },
      event: { module: 'host' },
    })
    expect(pipeline.linePublisher(SOURCE, NEVER).constantsFor(['host'])).to.equal(undefined)
    const behind = pipeline.linePublisher(SOURCE, NEVER, undefined, () => event => event)
    expect(behind.constantsFor(['message'])).to.equal(undefined)
  })

  it('passes processors too, each line by itself', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output)
    const lines = pipeline.linePublisher(
      SOURCE,
      NEVER,
      undefined,
      () => event => (event['drop'] ? undefined : { ...event, seen: event['@metadata'] }),
    )
    const bytes = Buffer.from('{"id":1}\n{"drop":true}\n{"broken}\n')
    const receipt = await lines.publish(bytes, { route: 'r', fields: { f: 1 } })
    expect(await receipt.confirmed).to.deep.equal({
      confirmed: 1,
      rejected: 0,
      filtered: 1,
      unencodable: 1,
    })
    expect(output.lines).to.deep.equal(['{"id":1,"seen":{"f":1}}'])
    expect(output.meta).to.deep.equal([{ route: 'r', fields: { f: 1 } }])
    await pipeline.close(NEVER)
  })

  it('frees what it has pinned if the beat comes to its end meanwhile', async () => {
    const pins = { bytes: 0 }
    const settings = { events: 8, bytes: 1000, flush: { min_events: 4, timeout: 1 } }
    const queue = new MemoryQueue(settings, pins)
    const stop = new AbortController()
    const door: Door = {
      chain: () => undefined,
      metaOf: metaOf(constantsOf(SOURCE), undefined),
      signal: stop.signal,
      queue,
      turns: new Turns(100),
      pins,
      counts: noCounts(),
      source: noSourceCounts(),
      drop: () => undefined,
    }
    const fields = {
      toJSON: () => {
        stop.abort(new Error('stopped'))
        return {}
      },
    }
    const publishing = linePublisherOf(door, constantsOf(SOURCE), pins).publish(
      Buffer.from('{}\n'),
      { fields },
    )
    expect(await rejection(publishing)).to.match(/stopped/)
    expect(pins.bytes).to.equal(0)
  })

  it('copies a small view of a large buffer, which it would pin, and no other', async () => {
    const pipeline = pipelineTo(new MemoryOutput())
    const seen: ArrayBufferLike[] = []
    const output: Output = {
      async write({ chunks }) {
        seen.push(...chunks.map(({ buffer }) => buffer))
        return { retry: [], reject: [] }
      },
      async close() {},
    }
    const lines = pipelineTo(output).linePublisher(SOURCE, NEVER)
    const large = Buffer.alloc(100, 'x')
    large.write('{}\n', 50)
    await (await lines.publish(large.subarray(50, 53))).confirmed
    const whole = Uint8Array.from(Buffer.from('{}\n'))
    await (await lines.publish(whole)).confirmed
    const half = Uint8Array.from(Buffer.from('{}\n{}\n'))
    await (await lines.publish(half.subarray(3))).confirmed
    const less = Uint8Array.from(Buffer.from('x{}\n{}\n'))
    await (await lines.publish(less.subarray(4))).confirmed
    expect(seen[0]).not.to.equal(large.buffer)
    expect(seen[1]).to.equal(whole.buffer)
    expect(seen[2]).to.equal(half.buffer)
    expect(seen[3]).not.to.equal(less.buffer)
    await pipeline.close(NEVER)
  })

  it('is refused if the beat comes to its end meanwhile', async () => {
    const pipeline = pipelineTo(new MemoryOutput())
    const stop = new AbortController()
    const chain = (event: Record<string, unknown>) => {
      stop.abort(new Error('stopped'))
      return event
    }
    const publish = pipeline.publisher(SOURCE, stop.signal, undefined, () => chain)
    expect(await rejection(publish({}))).to.match(/stopped/)
    expect(pipeline.stats()).to.include({ published: 0, waiting: 0 })
    await pipeline.close(NEVER)
  })

  it('is taken in pieces if it never fits at once', async () => {
    const output = new MemoryOutput()
    const pipeline = pipelineTo(output)
    const text = Array.from({ length: 30 }, (_, id) => `{"id":${id}}\n`).join('')
    await (await pipeline.linePublisher(SOURCE, NEVER).publish(Buffer.from(text))).confirmed
    expect(output.confirmed.map(line => `${line}\n`).join('')).to.equal(text)
    expect(output.attempts.every(lines => lines.length <= 8)).to.equal(true)
    await pipeline.close(NEVER)
  })
})
