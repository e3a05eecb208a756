import { expect } from 'chai'
import type { Event } from '../../../lib/event.ts'
import type { Output } from '../../../lib/output.ts'
import { memoryLog, NEVER, pipelineTo, rejection, SOURCE } from '../fixtures.ts'
import { MetaOutput } from '../meta-output.ts'

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

  const noObjects: readonly (readonly [what: string, value: unknown])[] = [
    ['text', 'text'],
    ['a list', [1]],
    ['a function', () => 1],
    ['a function with a toJSON', Object.assign(() => 1, { toJSON: () => ({}) })],
    ['text as JSON', { toJSON: () => 'text' }],
    ['null as JSON', { toJSON: () => null }],
    ['nothing as JSON', { toJSON: () => undefined }],
    ['a BigInt', 5n],
  ]
  for (const [what, value] of noObjects) {
    it(`can not encode an event whose @metadata is ${what}, and says why`, async () => {
      const { log, lines } = memoryLog()
      const pipeline = pipelineTo(new MetaOutput(), { log })
      const receipt = await pipeline.publisher(SOURCE, NEVER)({ '@metadata': value as never })
      expect(await receipt.confirmed).to.include({ confirmed: 0, unencodable: 1 })
      expect(lines.map(line => line['error.message'])).to.deep.equal([
        'beat host: @metadata must be an object',
      ])
      await pipeline.close(NEVER)
    })
  }

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

  it('reads @metadata by the rules for events, and null as none', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output)
    const given = [{ '@metadata': { n: 1n, none: null } }, { '@metadata': null }]
    const publish = pipeline.publisher(SOURCE, NEVER)
    await (await publish(given as unknown as Event[])).confirmed
    expect(output.meta).to.deep.equal([{ fields: { n: 1, none: null } }, undefined])
    await pipeline.close(NEVER)
  })

  const identity = (event: Record<string, unknown>) => event
  for (const [how, chain] of [
    ['without processors', undefined],
    ['with one', identity],
  ] as const) {
    it(`shows a route the event as it is encoded, ${how}`, async () => {
      const seen: unknown[] = []
      const pipeline = pipelineTo(new MetaOutput(), {
        route: get => {
          const fields = ['@timestamp', '@metadata.x', 'made', 'big', 'host', 'agent.version', 'no']
          seen.push(fields.map(get))
          return undefined
        },
      })
      const made = new Date(0)
      await pipeline.publisher(
        SOURCE,
        NEVER,
        undefined,
        () => chain,
      )({
        '@timestamp': made,
        '@metadata': { x: 1 },
        made,
        big: 2n ** 64n,
        host: { cpu: 1 },
      })
      const text = made.toISOString()
      const host = { name: 'web-1', cpu: 1 }
      const big = '18446744073709551616'
      expect(seen).to.deep.equal([[text, 1, text, big, host, '0.1.0', undefined]])
      await pipeline.close(NEVER)
    })

    it(`gives all lines of a publish one route, ${how}`, async () => {
      const output = new MetaOutput()
      const pipeline = pipelineTo(output, {
        route: get => [get('@metadata.x'), get('tenant'), get('agent.version')].join(),
      })
      const lines = pipeline.linePublisher(SOURCE, NEVER, undefined, () => chain)
      const bytes = Buffer.from('{"tenant":"a"}\n{"tenant":"b"}\n')
      const fields = { x: 1 }
      const publishing = [lines.publish(bytes, { fields }), lines.publish(bytes)]
      fields.x = 2
      for (const receipt of await Promise.all(publishing)) await receipt.confirmed
      const both = { route: '1,,0.1.0', fields: { x: 1 } }
      const none = { route: ',,0.1.0' }
      expect(output.meta).to.deep.equal([both, both, none, none])
      await pipeline.close(NEVER)
    })
  }

  it('gives each line a copy of the metadata that its processors may change', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output)
    const lines = pipeline.linePublisher(SOURCE, NEVER, undefined, () => event => {
      ;(event['@metadata'] as { seen: unknown[] }).seen.push(event['id'])
      return event
    })
    const fields = { seen: [] }
    await (await lines.publish(Buffer.from('{"id":1}\n{"id":2}\n'), { fields })).confirmed
    expect(output.meta).to.deep.equal([{ fields: { seen: [1] } }, { fields: { seen: [2] } }])
    expect(fields.seen).to.deep.equal([])
    await pipeline.close(NEVER)
  })

  const wrongMeta: readonly [unknown, RegExp][] = [
    ['oops', /meta must be an object/],
    [null, /meta must be an object/],
    [{ route: 5 }, /meta.route must be a string/],
    [{ fields: 'x' }, /meta.fields must be an object/],
  ]
  for (const [meta, message] of wrongMeta) {
    it(`refuses lines with the meta ${JSON.stringify(meta)}`, async () => {
      const pipeline = pipelineTo(new MetaOutput())
      const lines = pipeline.linePublisher(SOURCE, NEVER)
      expect(await rejection(lines.publish(Buffer.from('{}\n'), meta as never))).to.match(message)
      await pipeline.close(NEVER)
    })
  }

  it('can not be changed by the output', async () => {
    const failed: unknown[] = []
    const output: Output = {
      async write({ count, meta }) {
        for (let at = 0; at < count; at++) {
          const beside = meta[at] ?? {}
          failed.push(Reflect.set(beside, 'route', 'changed'))
          const deep = beside.fields?.['deep']
          if (typeof deep === 'object' && deep !== null) failed.push(Reflect.set(deep, 'a', 2))
        }
        return { retry: [], reject: [] }
      },
      async close() {},
    }
    const pipeline = pipelineTo(output, { route: () => 'r' })
    const publish = pipeline.publisher(SOURCE, NEVER)
    await (await publish([{}, { '@metadata': { deep: { a: 1 } } }])).confirmed
    const lines = pipeline.linePublisher(SOURCE, NEVER)
    await (await lines.publish(Buffer.from('{}\n'), { route: 'own' })).confirmed
    expect(failed).to.deep.equal([false, false, false, false])
    await pipeline.close(NEVER)
  })

  it('has no route that is a promise, and handles its rejection', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      const output = new MetaOutput()
      const route = async () => {
        throw new Error('no')
      }
      const pipeline = pipelineTo(output, { route: route as never })
      await (await pipeline.publisher(SOURCE, NEVER)({})).confirmed
      await new Promise(resolve => setImmediate(resolve))
      expect(output.meta).to.deep.equal([undefined])
      await pipeline.close(NEVER)
    } finally {
      process.off('unhandledRejection', note)
    }
    expect(unhandled).to.deep.equal([])
  })

  it('has no route that is no text', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output, { route: (() => 5) as never })
    await (await pipeline.publisher(SOURCE, NEVER)({})).confirmed
    expect(output.meta).to.deep.equal([undefined])
    await pipeline.close(NEVER)
  })

  it('drops what a processor has made no object of, and says why', async () => {
    const output = new MetaOutput()
    const { log, lines } = memoryLog()
    const pipeline = pipelineTo(output, { log })
    const answers = [() => undefined, () => 'text', () => [1]]
    const chain = (event: Record<string, unknown>) => ({
      ...event,
      toJSON: answers[Number(event['n'])],
    })
    const publish = pipeline.publisher(SOURCE, NEVER, undefined, () => chain)
    const receipt = await publish([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }])
    expect(await receipt.confirmed).to.include({ confirmed: 1, unencodable: 3 })
    expect(output.lines.map(line => JSON.parse(line).n)).to.deep.equal([3])
    expect(lines[0]).to.include({
      'error.message': 'beat host: a processor has made no object of it',
    })
    await pipeline.close(NEVER)
  })

  it('gives a processor @metadata only where the event has it', async () => {
    const seen: unknown[] = []
    const pipeline = pipelineTo(new MetaOutput())
    const publish = pipeline.publisher(SOURCE, NEVER, undefined, () => event => {
      seen.push(Object.hasOwn(event, '@metadata'))
      return event
    })
    await publish([{}, { '@metadata': {} }])
    expect(seen).to.deep.equal([false, true])
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
    const publish = pipeline.publisher(SOURCE, NEVER, undefined, () => chain)
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
