import { expect } from 'chai'
import type { Event } from '../../lib/event.ts'
import type { Batch, Output } from '../../lib/output.ts'
import { aborted, NEVER, pipelineTo, rejection, SOURCE } from './fixtures.ts'
import { MemoryOutput } from './memory-output.ts'

/** An output that keeps what lies beside events. */
class MetaOutput implements Output {
  readonly meta: unknown[] = []
  readonly lines: string[] = []

  async write(batch: Batch) {
    for (let at = 0; at < batch.count; at++) this.meta.push(batch.meta[at])
    this.lines.push(...batch.lines)
    return { retry: [], reject: [] }
  }

  async close() {}
}

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
    const behind = pipeline.linePublisher(SOURCE, NEVER, undefined, event => event)
    expect(behind.constantsFor(['message'])).to.equal(undefined)
  })

  it('passes processors too, each line by itself', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output)
    const lines = pipeline.linePublisher(SOURCE, NEVER, undefined, event =>
      event.drop ? undefined : { ...event, seen: event['@metadata'] },
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

describe('pipeline: what is kept beside an event', () => {
  it('keeps @metadata as it was when it was published, and never encodes it', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output)
    const metadata = { index: 'a' }
    const given = [{ id: 1 }, { id: 2, '@metadata': metadata }, { '@metadata': undefined }]
    const publishing = pipeline.publisher(SOURCE, NEVER)(given as Event[])
    metadata.index = 'changed'
    await (await publishing).confirmed
    expect(output.meta).to.deep.equal([undefined, { fields: { index: 'a' } }, undefined])
    for (const line of output.lines) expect(line).not.to.include('@metadata')
    await pipeline.close(NEVER)
  })

  it('can not encode an event whose @metadata is not an object', async () => {
    const pipeline = pipelineTo(new MetaOutput())
    const publish = pipeline.publisher(SOURCE, NEVER)
    const given = ['text', [1], null, () => 1, { n: 1n }]
    const events = given.map(value => ({ '@metadata': value as never }))
    const receipt = await publish(events)
    expect(await receipt.confirmed).to.include({ confirmed: 0, unencodable: given.length })
    await pipeline.close(NEVER)
  })

  it('keeps the route of each event, from its own fields and those of the agent', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output, {
      route: get => {
        if (get('fail') === true) throw new Error('no')
        const route = get('log.kind') ?? get('agent.version')
        return get('none') === true ? undefined : String(route)
      },
    })
    const publish = pipeline.publisher(SOURCE, NEVER)
    await publish([{ log: { kind: 'a' } }, { log: 1 }, {}, { fail: true }, { none: true }])
    const lines = pipeline.linePublisher(SOURCE, NEVER)
    await lines.publish(Buffer.from('{}\n{}\n'))
    await lines.publish(Buffer.from('{}\n'), { route: 'own' })
    const { confirmed } = await publish({ '@metadata': { id: 'x' } })
    await confirmed
    const agent = { route: '0.1.0' }
    expect(output.meta).to.deep.equal([
      { route: 'a' },
      agent,
      agent,
      undefined,
      undefined,
      agent,
      agent,
      { route: 'own' },
      { route: '0.1.0', fields: { id: 'x' } },
    ])
    await pipeline.close(NEVER)
  })

  it('asks for the time of an event that has none', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output, { route: get => String(get('@timestamp')).slice(0, 4) })
    const publish = pipeline.publisher(SOURCE, NEVER)
    await publish([{}, { '@timestamp': '1999-01-01' }])
    await (await pipeline.linePublisher(SOURCE, NEVER).publish(Buffer.from('{}\n'))).confirmed
    const now = { route: String(new Date().getUTCFullYear()) }
    expect(output.meta).to.deep.equal([now, { route: '1999' }, now])
    await pipeline.close(NEVER)
  })

  it('has no route that is no text', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output, { route: (() => 5) as never })
    await (await pipeline.publisher(SOURCE, NEVER)({})).confirmed
    expect(output.meta).to.deep.equal([undefined])
    await pipeline.close(NEVER)
  })

  it('drops what a processor has made no object of', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output)
    const answers = [() => undefined, () => 'text', () => [1]]
    const chain = (event: Record<string, unknown>) => ({
      ...event,
      toJSON: answers[Number(event['n'])],
    })
    const publish = pipeline.publisher(SOURCE, NEVER, undefined, chain)
    const receipt = await publish([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }])
    expect(await receipt.confirmed).to.include({ confirmed: 1, unencodable: 3 })
    expect(output.lines.map(line => JSON.parse(line).n)).to.deep.equal([3])
    await pipeline.close(NEVER)
  })

  it('lets processors read and change both', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output, { route: get => String(get('kind')) })
    const chain = (event: Record<string, unknown>) => ({
      ...event,
      kind: 'new',
      '@metadata': { was: event['@metadata'] },
    })
    const publish = pipeline.publisher(SOURCE, NEVER, undefined, chain)
    await (await publish({ kind: 'old', '@metadata': { id: 1 } })).confirmed
    expect(output.meta).to.deep.equal([{ route: 'new', fields: { was: { id: 1 } } }])
    expect(output.lines[0]).not.to.include('@metadata')
    await pipeline.close(NEVER)
  })

  it('stays with an event that is tried again', async () => {
    const seen: unknown[] = []
    const output: Output = {
      async write({ count, meta }) {
        seen.push(Array.from({ length: count }, (_, at) => meta[at]?.fields?.id))
        const isFirst = seen.length === 1
        return { retry: isFirst ? [7] : [], reject: [] }
      },
      async close() {},
    }
    const pipeline = pipelineTo(output)
    const events = Array.from({ length: 8 }, (_, id) => ({
      '@metadata': { id },
      text: 'x'.repeat(99),
    }))
    await (await pipeline.publisher(SOURCE, NEVER)(events)).confirmed
    expect(seen).to.deep.equal([[0, 1, 2, 3, 4, 5, 6, 7], [7]])
    await pipeline.close(NEVER)
  })
})
