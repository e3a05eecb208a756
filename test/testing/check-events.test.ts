import { expect } from 'chai'
import type { Event } from '../../lib/event.ts'
import { checkEvents } from '../../lib/testing/check-events.ts'

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

describe('testing: events', () => {
  const rows: readonly (readonly [string, readonly Event[], readonly string[]])[] = [
    ['nothing', [], []],
    [
      'what ECS and the contract allow',
      [
        { '@timestamp': new Date(), event: { module: 'a', dataset: 'a.b' }, host: { name: 'x' } },
        { '@timestamp': '2026-01-02T03:04:05.678Z', tags: ['a'], list: [{ a: 1 }], none: null },
        { 'a.b': 1, a: { c: 2 }, missing: undefined, when: new Date(), url: new URL('http://a') },
        { none: { a: 1 } },
      ],
      [],
    ],
    [
      'no time',
      [{ '@timestamp': new Date('x') }],
      [
        '"@timestamp" must be a valid Date or an ISO 8601 string',
        '"@timestamp": an invalid Date gets lost in JSON',
      ],
    ],
    [
      'a time of day',
      [{ '@timestamp': '12:00' }],
      ['"@timestamp" must be a valid Date or an ISO 8601 string'],
    ],
    [
      'what JSON loses',
      [
        {
          a: Infinity,
          b: () => 1,
          c: new Map(),
          d: [1, Number.NaN],
          e: { f: Symbol('g') },
          h: [{ i: new Set() }],
        },
      ],
      [
        '"a": Infinity gets lost in JSON',
        '"b": a function gets lost in JSON',
        '"c": an object of class Map gets lost in JSON',
        '"d": NaN gets lost in JSON',
        '"e.f": a symbol gets lost in JSON',
        '"h": an object of class Set gets lost in JSON',
      ],
    ],
    ['a name twice', [{ 'a.b': 1, a: { b: 2 } }], ['"a.b" is there twice, nested and with dots']],
    ['a value that is an object too', [{ a: 1, 'a.b': 2 }], ['"a" is both a value and an object']],
    ['the same in two events', [{ a: { b: 1 } }, { a: 1 }], ['"a" is both a value and an object']],
    [
      'empty names',
      [{ 'a..b': 1, '': 2 }],
      ['"a..b": a part of the name is empty', '"": a part of the name is empty'],
    ],
    [
      "the framework's own",
      [{ agent: { id: 'x' }, ecs: { version: '1' }, host: 'x', tags: 'a' }],
      [
        '"agent.id" is the framework\'s own',
        '"ecs.version" is the framework\'s own',
        '"host" must be an object',
        '"tags" must be a list',
      ],
    ],
    ['one finding of many events', [{ n: NaN }, { n: NaN }], ['"n": NaN gets lost in JSON']],
  ]
  for (const [what, events, expected] of rows) {
    it(what, () => expect(checkEvents(events)).to.deep.equal(expected))
  }

  it('what can not be encoded at all', () => {
    expect(checkEvents([cyclic])[0]).to.match(/^an event can't be encoded as JSON: .*circular/)
    expect(checkEvents([{ big: 1n }])[0]).to.match(/BigInt/)
  })
})
