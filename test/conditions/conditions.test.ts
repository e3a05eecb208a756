import { inspect } from 'node:util'
import { expect } from 'chai'
import { parseCondition } from '../../lib/conditions/parse-lazily.ts'
import type { MutableEvent } from '../../lib/processor.ts'
import { nested } from './nested.ts'

/** An event as a beat has published it, and as it is after `decode_json_fields` and the like. */
const EVENT: MutableEvent = {
  '@timestamp': '2026-01-31T12:00:00.000Z',
  '@metadata': { pipeline: 'web' },
  message: 'GET / HTTP/1.1 failed',
  tags: ['web', 'production', 7],
  empty: '',
  nothing: null,
  zero: 0,
  enabled: false,
  large: 9007199254740991,
  http: { response: { code: 200, bytes: '1536', status: 'Specific error: no' } },
  process: { name: 'foobar', pid: -1, args: [{ a: 1 }] },
  system: { cpu: { user: { pct: 0.75 }, cores: 4 }, 'load.1': 2, load: { 5: 3 } },
  source: { ip: '10.1.2.3', port: '80' },
  destination: { ip: ['2001:db8::1', '::ffff:192.168.0.1'] },
  client: { ip: 'fe80::1%eth0' },
  public: { ip: '8.8.8.8' },
  odd: { before: 'x5', behind: '5x', list: [5], exponent: '-1e2' },
  'log.level': 'error',
}

async function holds(written: Readonly<Record<string, unknown>>, event = EVENT): Promise<boolean> {
  const problems: string[] = []
  const condition = await parseCondition(nested(written), ['when'], (path, message) =>
    problems.push(`${path.join('.')}: ${message}`),
  )
  expect(problems).to.deep.equal([])
  return condition?.(event) ?? expect.fail('no condition')
}

type Row = readonly [kind: string, below: unknown, holds: boolean]

const TABLE: readonly Row[] = [
  ['equals', { 'http.response.code': 200 }, true],
  ['equals', { 'http.response.code': '200' }, false],
  ['equals', { 'http.response.code': 404 }, false],
  ['equals', { 'http.response.bytes': 1536 }, false],
  ['equals', { 'http.response.bytes': '1536' }, true],
  ['equals', { enabled: false }, true],
  ['equals', { enabled: 'false' }, false],
  ['equals', { absent: false }, false],
  ['equals', { nothing: false }, false],
  ['equals', { zero: 0 }, true],
  ['equals', { zero: false }, false],
  ['equals', { empty: '' }, true],
  ['equals', { 'process.pid': -1 }, true],
  ['equals', { 'process.name': 'foo' }, false],
  ['equals', { tags: 'web' }, false],
  ['equals', { large: 9007199254740991 }, true],
  ['equals', { 'http.response.code': 200, 'process.name': 'foobar' }, true],
  ['equals', { 'http.response.code': 200, 'process.name': 'foo' }, false],
  ['equals', { 'log.level': 'error' }, true],
  ['equals', { 'system.load.1': 2 }, true],
  // Of a key with dots and a nested one, the former is taken.
  ['equals', { 'system.load.5': 3 }, true],
  ['equals', { '@metadata.pipeline': 'web' }, true],
  ['equals', { 'message.length': 21 }, false],
  ['equals', { 'tags.0': 'web' }, false],
  ['equals', { toString: 'x' }, false],

  ['contains', { 'http.response.status': 'Specific error' }, true],
  ['contains', { 'http.response.status': 'specific error' }, false],
  ['contains', { message: '' }, true],
  ['contains', { message: 'HTTP/1.1', 'process.name': 'oob' }, true],
  ['contains', { message: 'HTTP/1.1', 'process.name': 'none' }, false],
  ['contains', { tags: 'prod' }, true],
  ['contains', { tags: 'dev' }, false],
  ['contains', { tags: '7' }, false],
  ['contains', { 'http.response.code': '2' }, false],
  ['contains', { http: 'response' }, false],
  ['contains', { absent: '' }, false],
  ['contains', { message: '.*' }, false],

  ['regexp', { 'process.name': '^foo.*' }, true],
  ['regexp', { 'process.name': 'bar$' }, true],
  ['regexp', { 'process.name': 'o+b' }, true],
  ['regexp', { 'process.name': '^bar' }, false],
  ['regexp', { 'process.name': '(?i)FOO' }, true],
  ['regexp', { tags: '^web$' }, true],
  ['regexp', { tags: '^7$' }, false],
  ['regexp', { 'http.response.code': '200' }, false],
  ['regexp', { process: 'foo' }, false],
  ['regexp', { absent: '.*' }, false],

  ['range', { 'http.response.code': { gte: 200, lt: 300 } }, true],
  ['range', { 'http.response.code.gte': 200 }, true],
  ['range', { 'http.response.code.gt': 200 }, false],
  ['range', { 'http.response.code.lte': 200 }, true],
  ['range', { 'http.response.code.lt': 200 }, false],
  ['range', { 'system.cpu.user.pct.gte': 0.5, 'system.cpu.user.pct.lt': 0.8 }, true],
  ['range', { 'system.cpu.user.pct.gte': 0.8 }, false],
  ['range', { 'system.cpu.user.pct.gte': '0.5' }, true],
  ['range', { 'http.response.bytes.gt': 1e3 }, true],
  ['range', { 'source.port': { gte: 1, lte: 1023 } }, true],
  ['range', { 'process.pid.lt': 0 }, true],
  ['range', { 'process.pid.lt': 0, 'http.response.code.gt': 500 }, false],
  ['range', { 'http.response.code.lte': 199 }, false],
  ['range', { 'http.response.code.lt': 18446744073709551616n }, true],
  ['range', { 'http.response.code.gt': 18446744073709551616n }, false],
  ['range', { 'odd.before': { lt: 99 } }, false],
  ['range', { 'odd.behind': { lt: 99 } }, false],
  ['range', { 'odd.list': { lt: 99 } }, false],
  ['range', { 'odd.exponent': { lt: -99 } }, true],
  ['range', { empty: { gte: 0 } }, false],
  ['range', { nothing: { gte: 0 } }, false],
  ['range', { enabled: { gte: 0 } }, false],
  ['range', { message: { gte: 0 } }, false],
  ['range', { absent: { lt: 5 } }, false],

  ['network', { 'source.ip': 'private' }, true],
  ['network', { 'source.ip': '10.0.0.0/8' }, true],
  ['network', { 'source.ip': '10.1.2.3/32' }, true],
  ['network', { 'source.ip': '10.1.2.4/32' }, false],
  ['network', { 'source.ip': '2001:db8::/32' }, false],
  ['network', { 'source.ip': ['loopback', '10.1.0.0/16'] }, true],
  ['network', { 'source.ip': ['loopback', 'public'] }, false],
  ['network', { 'destination.ip': '2001:db8::/32' }, true],
  ['network', { 'destination.ip': '192.168.0.0/16' }, true],
  ['network', { 'destination.ip': 'multicast' }, false],
  ['network', { 'source.ip': 'private', 'public.ip': 'public' }, true],
  ['network', { 'source.ip': 'private', 'public.ip': 'private' }, false],
  ['network', { 'client.ip': 'link_local_unicast' }, true],
  ['network', { message: 'public' }, false],
  ['network', { absent: 'public' }, false],
  ['network', { 'http.response.code': 'public' }, false],

  ['has_fields', ['http.response.code', 'message'], true],
  ['has_fields', ['http.response.code', 'absent'], false],
  ['has_fields', ['nothing', 'empty', 'enabled'], true],
  ['has_fields', ['http.response'], true],
  ['has_fields', ['log.level'], true],
  ['has_fields', ['log'], false],
  ['has_fields', ['http.response.code.x'], false],
  ['has_fields', ['toString'], false],
  ['has_fields', ['nothing.x'], false],
  ['has_fields', ['toString.name'], false],

  ['not', { equals: { 'http.response.code': 200 } }, false],
  ['not', { not: { has_fields: ['message'] } }, true],
  ['or', [{ equals: { 'http.response.code': 304 } }, { equals: { zero: 0 } }], true],
  ['or', [{ equals: { 'http.response.code': 304 } }, { equals: { zero: 1 } }], false],
  ['and', [{ equals: { 'http.response.code': 200 } }, { equals: { zero: 0 } }], true],
  ['and', [{ equals: { 'http.response.code': 200 } }, { equals: { zero: 1 } }], false],
  [
    'or',
    [
      { equals: { zero: 1 } },
      { and: [{ contains: { message: 'failed' } }, { not: { regexp: { message: '^POST' } } }] },
    ],
    true,
  ],
]

describe('conditions', () => {
  for (const [kind, below, expected] of TABLE) {
    it(`${kind} ${inspect(below, { depth: 9, breakLength: Number.POSITIVE_INFINITY })} is ${expected}`, async () => {
      expect(await holds({ [kind]: below })).to.equal(expected)
    })
  }

  it('leave the event as it is', async () => {
    const before = JSON.stringify(EVENT)
    for (const [kind, below] of TABLE) await holds({ [kind]: below })
    expect(JSON.stringify(EVENT)).to.equal(before)
  })

  it('take the rest of a path for a key with dots before they look below', async () => {
    const event = { 'a.b': 1, a: { b: 2, 'c.d': 3, c: { d: 4, e: 5 } } }
    expect(await holds({ equals: { 'a.b': 1 } }, event)).to.equal(true)
    expect(await holds({ equals: { 'a.c.d': 3 } }, event)).to.equal(true)
    expect(await holds({ equals: { 'a.c.e': 5 } }, event)).to.equal(true)
  })
})
