import { expect } from 'chai'
import fc from 'fast-check'
import { quoted } from '../../../lib/outputs/otlp/any-value.ts'
import { Attributes } from '../../../lib/outputs/otlp/attributes.ts'
import { exportRequest } from '../../../lib/outputs/otlp/export-request.ts'
import { recordsOf, resourceLogsOf } from './receiver.ts'

const NOW_MS = 1_700_000_000_123

function requestOf(lines: readonly string[], attributes = new Attributes()) {
  const scope = { name: 'sealbeat', version: '1' }
  const options = { serviceName: 'sealbeat', attributes, scope, nowMs: NOW_MS }
  return exportRequest({ lines }, options)
}

/** The one record of an event. */
function recordOf(event: object) {
  const { body } = requestOf([JSON.stringify(event)])
  const [record] = recordsOf({ body, headers: {} })
  return record
}

describe('events as log records', () => {
  it('have their time, level, message and ids where OTLP has them, and the rest as attributes', () => {
    const record = recordOf({
      '@timestamp': '2026-01-02T03:04:05.678Z',
      message: 'a "b" ü',
      log: { level: 'WARN', offset: 7 },
      trace: { id: '0AF7651916cd43dd8448eb211c80319c' },
      span: { id: 'b7ad6b7169203331' },
      event: { created: '2026-01-02T03:04:06Z', duration: 1.5, ok: true },
      tags: ['x', 1, null, [], { a: 'b', c: 2 }, {}],
      none: null,
    })
    expect(record).to.deep.equal({
      timeUnixNano: '1767323045678000000',
      observedTimeUnixNano: '1767323046000000000',
      severityNumber: 13,
      severityText: 'WARN',
      body: { stringValue: 'a "b" ü' },
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      attributes: [
        { key: 'log.offset', value: { intValue: '7' } },
        { key: 'event.created', value: { stringValue: '2026-01-02T03:04:06Z' } },
        { key: 'event.duration', value: { doubleValue: 1.5 } },
        { key: 'event.ok', value: { boolValue: true } },
        {
          key: 'tags',
          value: {
            arrayValue: {
              values: [
                { stringValue: 'x' },
                { intValue: '1' },
                {},
                { arrayValue: { values: [] } },
                {
                  kvlistValue: {
                    values: [
                      { key: 'a', value: { stringValue: 'b' } },
                      { key: 'c', value: { intValue: '2' } },
                    ],
                  },
                },
                { kvlistValue: { values: [] } },
              ],
            },
          },
        },
      ],
    })
  })

  it('keep what is not as expected among the attributes', () => {
    const odd = {
      '@timestamp': 'yesterday',
      message: { a: 1 },
      log: { level: 3 },
      trace: { id: '0'.repeat(32) },
      span: { id: 'short' },
      host: 'web-1',
    }
    expect(recordOf(odd)).to.deep.equal({
      observedTimeUnixNano: `${NOW_MS}000000`,
      attributes: [
        { key: 'message.a', value: { intValue: '1' } },
        { key: 'log.level', value: { intValue: '3' } },
        { key: 'trace.id', value: { stringValue: '0'.repeat(32) } },
        { key: 'span.id', value: { stringValue: 'short' } },
        { key: 'host', value: { stringValue: 'web-1' } },
      ],
    })
    expect(recordOf({ log: { level: 'loud' } })).to.deep.include({
      severityText: 'loud',
      attributes: [],
    })
  })

  for (const [written, nanoseconds] of [
    ['2026-01-02T03:04:05Z', '1767323045000000000'],
    ['2026-01-02T03:04:05.123456789Z', '1767323045123456789'],
    ['2026-01-02T03:04:05.1234+01:00', '1767319445123400000'],
    ['1970-01-01T00:00:00.000Z', undefined],
    ['1969-12-31T23:59:59Z', undefined],
  ] as const) {
    it(`${written} is ${nanoseconds}`, () => {
      const time = Object(recordOf({ '@timestamp': written })).timeUnixNano
      expect(time).to.equal(nanoseconds)
    })
  }

  it('are of the resource that their fields name, in their order', () => {
    const at = (name: string, message: string) => JSON.stringify({ host: { name }, message })
    const named = JSON.stringify({ host: { name: 'a' }, service: { name: 'own' }, message: '4' })
    const { body } = requestOf([at('a', '1'), at('b', '2'), at('a', '3'), named])
    const resources = resourceLogsOf({ body, headers: {} })
    const text = (value: string) => ({ stringValue: value })
    expect(resources.map(({ resource }) => resource.attributes)).to.deep.equal([
      ...['a', 'b'].map(name => [
        { key: 'host.name', value: text(name) },
        { key: 'service.name', value: text('sealbeat') },
      ]),
      [
        { key: 'host.name', value: text('a') },
        { key: 'service.name', value: text('own') },
      ],
    ])
    const bodies = resources.map(({ scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) => logRecords.map(each => each.body?.stringValue)),
    )
    expect(bodies).to.deep.equal([['1', '3'], ['2'], ['4']])
  })

  it('have what was measured among their own attributes, not among those of the resource', () => {
    const of = (usage: number) =>
      JSON.stringify({
        host: { name: 'a', cpu: { usage, cores: 2, model: 'm' } },
        agent: { id: 1 },
      })
    const { body } = requestOf([of(0.5), of(0.7)])
    const [logs, ...others] = resourceLogsOf({ body, headers: {} })
    expect(others).to.deep.equal([])
    expect(logs?.resource.attributes.map(({ key }) => key)).to.deep.equal([
      ...['host.name', 'host.cpu.model', 'service.name'],
    ])
    const keys = recordsOf({ body, headers: {} }).map(each => each.attributes.map(({ key }) => key))
    const measured = ['host.cpu.usage', 'host.cpu.cores', 'agent.id']
    expect(keys).to.deep.equal([measured, measured])
  })

  it('have each attribute once, however it is written', () => {
    const event = '{"a":{"b":1},"a.b":2,"":3,"__proto__":{"x":4},"constructor":5,"c":{"":6}}'
    const { body } = requestOf([event, event])
    for (const { attributes } of recordsOf({ body, headers: {} })) {
      expect(attributes).to.deep.equal([
        { key: 'a.b', value: { intValue: '1' } },
        { key: '__proto__.x', value: { intValue: '4' } },
        { key: 'constructor', value: { intValue: '5' } },
      ])
    }
  })

  it('have numbers beyond those of JavaScript as doubles', () => {
    const { body } = requestOf(['{"a":1e999,"b":12345678901234567890,"c":-5,"d":1e3}'])
    const [record] = recordsOf({ body, headers: {} })
    expect(record?.attributes.map(({ value }) => value)).to.deep.equal([
      ...[{ doubleValue: 'Infinity' }, { doubleValue: Number('12345678901234567890') }],
      ...[{ intValue: '-5' }, { intValue: '1000' }],
    ])
  })

  it('can not be made of what is no object, or is too deep: others can', () => {
    const deep = `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`
    const lists = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const ofHost = `{"message":"x","host":${deep}}`
    const lines = ['{"message":"1"}', '[]', 'null', '{', deep, lists, ofHost, '{"message":"2"}']
    const { body, indices, rejected } = requestOf(lines)
    expect(indices).to.deep.equal([0, 7])
    expect(rejected.map(({ index, reason }) => `${index} ${reason}`)).to.deep.equal([
      ...[1, 2, 3].map(index => `${index} it is no JSON object`),
      ...[4, 5, 6].map(index => `${index} its fields are nested more than 64 deep`),
    ])
    const bodies = recordsOf({ body, headers: {} }).map(each => each.body?.stringValue)
    expect(bodies).to.deep.equal(['1', '2'])
  })

  it('are valid whatever the event is, also with names that were seen before', () => {
    const attributes = new Attributes()
    const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: false })
    const event = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('a', 'a.b', 'host')), json)
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), events => {
        const { body, indices } = requestOf(
          events.map(each => JSON.stringify(each)),
          attributes,
        )
        expect(recordsOf({ body, headers: {} })).to.have.length(indices.length)
        expect(indices).to.have.length(events.length)
      }),
      { numRuns: 300 },
    )
  })

  it('have texts as JSON has them, whatever characters they are of', () => {
    const character = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map(code => String.fromCharCode(code)),
      fc.constantFrom('"', '\\', '\n', '\u007f', '\u2028', '\ud800', '\udfff', '\uffff', 'ü'),
    )
    fc.assert(
      fc.property(fc.string({ unit: character }), text => {
        expect(quoted(text)).to.equal(JSON.stringify(text))
      }),
      { numRuns: 1_000 },
    )
  })

  it('forget names when there are too many', () => {
    const attributes = new Attributes()
    for (let at = 0; at < 25_000; at++) requestOf([`{"k${at}":1,"a":2}`], attributes)
    const { body } = requestOf(['{"a":{"b":1},"a.b":2}'], attributes)
    expect(recordsOf({ body, headers: {} })[0]?.attributes).to.have.length(1)
  })
})
