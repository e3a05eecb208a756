import { inspect } from 'node:util'
import { expect } from 'chai'
import type { Event } from '../../../lib/event.ts'
import { constantsForOf, encoderOf, momentOf } from '../../../lib/pipeline/encoding/encode.ts'
import {
  constantsOf,
  type EnrichmentLayer,
  type EventSource,
} from '../../../lib/pipeline/encoding/enrichment.ts'
import { SOURCE } from '../fixtures.ts'

const NOW = '2026-01-31T12:00:00.000Z'
const { agent, ecs, host, event } = SOURCE

function labels(own: Partial<EnrichmentLayer>): EventSource {
  return { ...SOURCE, layers: [{ tags: [], fields: {}, fields_under_root: false, ...own }] }
}

function encoded(given: unknown, source = SOURCE): Record<string, unknown> {
  return JSON.parse(encoderOf(constantsOf(source))(given as Event, momentOf(Date.parse(NOW))))
}

describe('encode: what the source adds', () => {
  const common = { '@timestamp': NOW, agent, ecs, host, event }
  const nested = labels({ fields: { env: 'prod', at: { zone: 'a' } } })
  const atRoot = labels({
    fields: { env: 'prod', host: { os: 'linux', name: 'set' }, '@timestamp': 'no' },
    fields_under_root: true,
  })
  const withUndefined = labels({ fields: { none: undefined }, fields_under_root: true })
  const table: readonly [string, unknown, EventSource, object][] = [
    ['everything to an empty event', {}, SOURCE, common],
    [
      'nothing to an own field',
      { ecs: { version: '1' } },
      SOURCE,
      { ...common, ecs: { version: '1' } },
    ],
    [
      'below an own object',
      { host: { cpu: 1 }, event: { module: 'own', kind: 'x' } },
      SOURCE,
      { ...common, host: { name: 'web-1', cpu: 1 }, event: { module: 'own', kind: 'x' } },
    ],
    [
      'nothing to what is no object',
      { host: null, event: [1] },
      SOURCE,
      { ...common, host: null, event: [1] },
    ],
    [
      'to undefined as to nothing',
      { host: undefined, event: { module: undefined } },
      SOURCE,
      common,
    ],
    ['fields below fields', {}, nested, { ...common, fields: { env: 'prod', at: { zone: 'a' } } }],
    [
      'fields below own fields',
      { fields: { env: 'own', at: { rack: 1 } } },
      nested,
      { ...common, fields: { env: 'own', at: { zone: 'a', rack: 1 } } },
    ],
    [
      'fields at the root, over the agent, under the event',
      { host: { os: 'own' } },
      atRoot,
      { ...common, env: 'prod', host: { name: 'set', os: 'own' } },
    ],
    ['tags', {}, labels({ tags: ['a', 'b', 'a'] }), { ...common, tags: ['a', 'b'] }],
    [
      'tags after own tags',
      { tags: ['b', 'c'] },
      labels({ tags: ['a', 'b'] }),
      { ...common, tags: ['b', 'c', 'a'] },
    ],
    [
      'no tags to own ones that are no list',
      { tags: 'b' },
      labels({ tags: ['a'] }),
      { ...common, tags: 'b' },
    ],
    [
      'no configured tags that are no list to own ones',
      { tags: ['a'] },
      labels({ fields: { tags: 'xyz' }, fields_under_root: true }),
      { ...common, tags: ['a'] },
    ],
    [
      'nothing to another list than tags',
      { zones: ['a'] },
      labels({ fields: { zones: ['b'] }, fields_under_root: true }),
      { ...common, zones: ['a'] },
    ],
    ['nothing for a field that is undefined', {}, withUndefined, common],
  ]
  it('has constants for events with a field that it only has as undefined', () => {
    const constants = constantsForOf(constantsOf(withUndefined))
    expect(constants(['none']))
      .to.be.a('string')
      .and.equal(constantsForOf(constantsOf(SOURCE))([]))
    expect(constants(['host'])).to.equal(undefined)
  })

  for (const [what, given, source, expected] of table) {
    it(`adds ${what}`, () => expect(encoded(given, source)).to.deep.equal(expected))
  }

  it('adds up the labels of several sections, the later ones being stronger', () => {
    const source: EventSource = {
      ...SOURCE,
      layers: [
        { tags: ['all'], fields: { env: 'prod', team: 'x' }, fields_under_root: false },
        { tags: ['mine'], fields: { env: 'test' }, fields_under_root: false },
        { tags: [], fields: { top: true }, fields_under_root: true },
      ],
    }
    const { tags, fields, top } = encoded({}, source)
    expect({ tags, fields, top }).to.deep.equal({
      tags: ['all', 'mine'],
      fields: { env: 'test', team: 'x' },
      top: true,
    })
  })

  it('puts the time first and leaves the event as it was', () => {
    const given = Object.freeze({ b: 1, host: Object.freeze({ cpu: 1 }) })
    expect(encoderOf(constantsOf(SOURCE))(given, momentOf(Date.parse(NOW)))).to.match(
      /^\{"@timestamp":"2026-01-31T12:00:00.000Z","b":1,/,
    )
  })

  it('treats __proto__ as data, on either side', () => {
    const hostile = JSON.parse('{"host":{"__proto__":{"polluted":1}},"__proto__":{"polluted":2}}')
    const source = labels({
      fields: JSON.parse('{"__proto__":{"polluted":3}}'),
      fields_under_root: true,
    })
    const line = encoderOf(constantsOf(source))(hostile, momentOf(Date.parse(NOW)))
    expect(line).to.include('"__proto__":{"polluted":2}').and.to.include('{"polluted":1}')
    expect(Object.hasOwn(Object.prototype, 'polluted')).to.equal(false)
    expect('polluted' in {}).to.equal(false)
  })
})

function withThen(value: unknown): Record<string, unknown> {
  return Object.fromEntries([
    ['a', 1],
    ['then', value],
  ])
}

describe('encode: what JSON lacks', () => {
  const date = new Date('2026-02-03T04:05:06.789Z')
  const carried: readonly [string, unknown, unknown][] = [
    ['a Date', date, '2026-02-03T04:05:06.789Z'],
    ['an invalid Date', new Date(Number.NaN), null],
    ['NaN', Number.NaN, null],
    ['Infinity', Infinity, null],
    ['undefined', undefined, undefined],
    ['a function', () => 1, undefined],
    ['holes', [undefined, () => 1], [null, null]],
    ['a Map', new Map([[1, 2]]), {}],
    ['a small BigInt', 42n, 42],
    ['a large BigInt', { deep: [2n ** 64n] }, { deep: ['18446744073709551616'] }],
    ['a line end', 'a\nb', 'a\nb'],
    ['a lone surrogate', '\ud800', '\ud800'],
  ]
  for (const [what, value, expected] of carried) {
    it(`carries ${what} in its own way`, () => {
      expect(encoded({ value })['value']).to.deep.equal(expected)
      expect(encoderOf(constantsOf(SOURCE))({ value }, momentOf(Date.parse(NOW)))).not.to.include(
        '\n',
      )
    })
  }

  class Reading {
    readonly celsius = 21
    toJSON(): string {
      return '21 °C'
    }
  }
  const raw: unknown = Reflect.get(JSON, 'rawJSON')
  const events: readonly [string, unknown, Record<string, unknown>][] = [
    ['an instance of a class, by its own fields', new Reading(), { celsius: 21 }],
    ['a Date, which has none', date, {}],
    ['a String, by its letters', new String('ab'), { 0: 'a', 1: 'b' }],
    ['a Number', new Number(5), {}],
    ['a Boolean', new Boolean(false), {}],
    ['an Error, by what it adds', Object.assign(new Error('no'), { at: 1 }), { at: 1 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a Proxy', new Proxy({ a: 1 }, {}), { a: 1 }],
    ['a field then that is no function', withThen('next'), withThen('next')],
    ['nothing but what JSON leaves out', { a: undefined, b: () => 1 }, {}],
    ...(typeof raw === 'function'
      ? [['a raw JSON', raw('5'), { rawJSON: '5' }] as [string, unknown, Record<string, string>]]
      : []),
  ]
  for (const [what, given, fields] of events) {
    it(`has for an event ${what}`, () => {
      const { '@timestamp': _, agent, ecs, host, event, ...own } = encoded(given)
      expect(own).to.deep.equal(fields)
      expect([agent, ecs, host, event]).to.deep.equal([
        SOURCE.agent,
        SOURCE.ecs,
        SOURCE.host,
        SOURCE.event,
      ])
    })
  }

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  let nest: unknown = {}
  for (let depth = 0; depth < 100_000; depth++) nest = [nest]
  const getter = {
    get bad(): never {
      throw new Error('not now')
    },
  }
  const hiding = (answer: unknown) => {
    let shown = false
    return new Proxy(
      { at: 1, toJSON: () => answer },
      {
        get(target, key) {
          if (key === '@timestamp') shown = true
          return Reflect.get(target, key)
        },
        getOwnPropertyDescriptor: (target, key) =>
          key === 'toJSON' && !shown ? undefined : Reflect.getOwnPropertyDescriptor(target, key),
      },
    )
  }
  const refused: readonly [string, unknown, RegExp][] = [
    ['a toJSON that shows late', hiding('gotcha'), /must be a JSON object/],
    ['a toJSON that shows late and gives nothing', hiding(undefined), /must be a JSON object/],
    ['a cycle', cycle, /^Converting circular structure to JSON$/],
    ['endless nesting', { nest }, /call stack/],
    ['a throwing getter', getter, /^not now$/],
    ['an own toJSON', { toJSON: () => 'gotcha' }, /toJSON/],
    ['an own toJSON that makes an object', { toJSON: () => ({ a: 1 }) }, /toJSON/],
    ['text before a time', { '@timestamp': `x${NOW}` }, /must be a valid Date/],
    ['text behind a time', { '@timestamp': `${NOW}x` }, /must be a valid Date/],
    ['a promise', Promise.resolve({ a: 1 }), /must not be a promise/],
    ['a thenable with fields', withThen(() => undefined), /must not be a promise/],
    ['a Map', new Map([['a', 1]]), /must not be a Map or Set/],
    ['a Set', new Set([{ a: 1 }]), /must not be a Map or Set/],
    ['no object', 'text', /must be an object/],
    ['null', null, /must be an object/],
    ['a list in a list', [], /must be an object/],
  ]
  for (const [what, given, reason] of refused) {
    it(`refuses ${what}, saying why`, () => expect(() => encoded(given)).to.throw(reason))
  }

  it('refuses a source that can not be encoded when it is prepared', () => {
    expect(() => encoderOf(constantsOf(labels({ fields: cycle })))).to.throw(/circular/)
  })

  describe('@timestamp', () => {
    class Forged extends Date {
      override getTime(): number {
        return 0
      }
      override toISOString(): string {
        return '"}\n{"forged":"'
      }
    }
    const table: readonly [unknown, string | undefined][] = [
      [undefined, NOW],
      [date, '2026-02-03T04:05:06.789Z'],
      ['2026-02-03T04:05:06.123456789Z', '2026-02-03T04:05:06.123456789Z'],
      ['2026-02-03T04:05:06+01:00', '2026-02-03T04:05:06+01:00'],
      ['2026-02-03', '2026-02-03'],
      [new Forged(date), '2026-02-03T04:05:06.789Z'],
      [new Forged(Number.NaN), undefined],
      [Object.create(Date.prototype), undefined],
      ['Feb 3 2026', undefined],
      ['2026-02-03T04:05:06Z"', undefined],
      [new Date(Number.NaN), undefined],
      [1_770_000_000_000, undefined],
      [null, undefined],
      [['2026-02-03'], undefined],
      [new String('2026-02-03'), undefined],
    ]
    for (const [at, expected] of table) {
      it(`${inspect(at)} is ${expected ?? 'refused'}`, () => {
        const time = () => encoded({ '@timestamp': at })['@timestamp']
        if (expected === undefined) expect(time).to.throw(/@timestamp must be/)
        else expect(time()).to.equal(expected)
      })
    }
  })
})
