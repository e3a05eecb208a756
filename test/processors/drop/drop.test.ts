import { expect } from 'chai'
import dropEvent from '../../../lib/processors/drop/drop-event.ts'
import dropFields from '../../../lib/processors/drop/drop-fields.ts'
import includeFields from '../../../lib/processors/drop/include-fields.ts'
import rateLimit from '../../../lib/processors/drop/rate-limit.ts'
import { tokenBuckets } from '../../../lib/processors/drop/token-bucket.ts'
import { opened, outcome, problemsOf, type Row } from '../opened.ts'

describe('processor: drop_event', () => {
  it('drops whatever comes', () => {
    expect(outcome(dropEvent, {}, { a: 1 })).to.equal(undefined)
  })
})

describe('processor: drop_fields', () => {
  const ROWS: readonly Row[] = [
    ['drops fields', { fields: ['a', 'b.c'] }, { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3 } }],
    ['drops a key with dots', { fields: ['b.c'] }, { 'b.c': 1, b: {} }, { b: {} }],
    ['drops null', { fields: ['a'] }, { a: null }, {}],
    [
      'drops below @metadata',
      { fields: ['@metadata._id'] },
      { '@metadata': { _id: 1 } },
      { '@metadata': {} },
    ],
    [
      'never drops the time and the type',
      { fields: ['@timestamp', 'type', 'a'] },
      { '@timestamp': 't', type: 'x', a: 1 },
      { '@timestamp': 't', type: 'x' },
    ],
    [
      'says what is missing, and drops the rest all the same',
      { fields: ['password', 'none', 'b.c'] },
      { password: 'x', b: 'y', error: { code: 7 } },
      { b: 'y', error: { code: 7, message: 'drop_fields: missing: none, b.c' } },
    ],
    [
      'ignores what is missing',
      { fields: ['none', 'a.b'], ignore_missing: true },
      { a: 1 },
      { a: 1 },
    ],
    ['drops nothing for no fields', { fields: [] }, { a: 1 }, { a: 1 }],
    [
      'drops what a regular expression matches, by names with dots',
      { fields: ['/^a\\.(b|c)$/'] },
      { a: { b: 1, bb: 2, c: { d: 3 } }, b: 4, 'a.b': 5 },
      { a: { bb: 2 }, b: 4 },
    ],
    [
      'drops where it matches anywhere in the name, maps with what is in them',
      { fields: ['/ss/'] },
      { password: 1, class: { a: 1 }, x: { assets: [2], y: 3 } },
      { x: { y: 3 } },
    ],
    [
      'takes both, and misses nothing for a regular expression',
      { fields: ['/none/', 'a', '/(?i)^B$/'] },
      { a: 1, b: 2, c: 3 },
      { c: 3 },
    ],
    [
      'never drops the time and @metadata by a regular expression',
      { fields: ['/./'] },
      { '@timestamp': 't', '@metadata': { _id: 1 }, type: 'x', a: 1 },
      { '@timestamp': 't', '@metadata': { _id: 1 } },
    ],
    ['does not look into lists', { fields: ['/b/'] }, { a: [{ b: 1 }] }, { a: [{ b: 1 }] }],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(dropFields, config, event)).to.deep.equal(result))
  }

  it('reads as a name what has only one slash', () => {
    expect(problemsOf(dropFields, { fields: ['/var/log', '/', '//'] })).to.deep.equal([])
    const event = { '/': 1, '//': 2, '/var/log': 3, var: 4 }
    const config = { fields: ['/var/log', '/', '//'] }
    expect(outcome(dropFields, config, event)).to.deep.equal({ var: 4 })
  })

  it('drops what matches, however deep it is', () => {
    const depth = 5000
    const event = JSON.parse(`${'{"a":'.repeat(depth)}{"password":1,"b":2}${'}'.repeat(depth)}`)
    const { process } = opened(dropFields, { fields: ['/password$/'] })
    let inner = Object(process(event))
    for (let level = 0; level < depth; level++) inner = inner.a
    expect(inner.password).to.equal(undefined)
    expect(inner.b).to.equal(2)
  })
})

describe('processor: include_fields', () => {
  const ROWS: readonly Row[] = [
    [
      'keeps what is listed, the time, @metadata and the type',
      { fields: ['a', 'b.c', 'none'] },
      { '@timestamp': 't', '@metadata': { _id: 'x' }, type: 'y', a: 1, b: { c: 2, d: 3 }, e: 4 },
      { '@timestamp': 't', '@metadata': { _id: 'x' }, type: 'y', a: 1, b: { c: 2 } },
    ],
    [
      'keeps only these for no fields',
      { fields: [] },
      { '@timestamp': 't', a: 1 },
      { '@timestamp': 't' },
    ],
    ['makes maps of a key with dots', { fields: ['a.b'] }, { 'a.b': 1 }, { a: { b: 1 } }],
    [
      'unless there is another field',
      { fields: ['a', 'a.b'] },
      { a: 'x', 'a.b': 1 },
      { a: 'x', 'a.b': 1 },
    ],
    [
      'keeps a map and what is in it',
      { fields: ['a', 'a.b'] },
      { a: { b: 1, c: 2 } },
      { a: { b: 1, c: 2 } },
    ],
    ['keeps null', { fields: ['a'] }, { a: null, b: 1 }, { a: null }],
    [
      'keeps what a regular expression matches',
      { fields: ['/^(a|x\\.y)$/', 'z.a'] },
      { a: { b: 1 }, x: { y: 2, z: 3 }, z: { a: 4, b: 5 }, ab: 6 },
      { a: { b: 1 }, x: { y: 2 }, z: { a: 4 } },
    ],
    [
      'keeps what is listed and what matches in it once',
      { fields: ['a', '/b$/'] },
      { a: { b: 1, c: 2 }, b: 3, 'd.b': 4, d: 'x' },
      { a: { b: 1, c: 2 }, b: 3, d: { b: 4 } },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(includeFields, config, event)).to.deep.equal(result))
  }
})

describe('processor: rate_limit', () => {
  const passedOf = (config: object, events: readonly Readonly<Record<string, unknown>>[]) => {
    const { process } = opened(rateLimit, { ...config })
    return events.filter(event => process({ ...event }) !== undefined).length
  }
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ at }))

  it('lets as many events pass as the limit, and drops the rest', () => {
    expect(passedOf({ limit: '5/h' }, many(20))).to.equal(5)
    expect(passedOf({ limit: '5 / h' }, many(3))).to.equal(3)
  })

  it('has a limit for the values of fields', () => {
    const events = ['a', 'b', 'a', 'a', 1, '1'].map(name => ({ x: { name } }))
    expect(passedOf({ limit: '2/m', fields: ['x.name'] }, events)).to.equal(5)
    expect(passedOf({ limit: '1/m', fields: ['x', 'y'] }, [{}, {}, { x: 1 }, { y: 1 }])).to.equal(3)
  })

  it('takes long values, and does not mix fields up', () => {
    const long = 'x'.repeat(1_000_000)
    const events = [{ a: long }, { a: `${long}y` }, { a: long }, { b: long }]
    expect(passedOf({ limit: '1/m', fields: ['a', 'b'] }, events)).to.equal(3)
    const mixed = [{ a: 'x","y' }, { a: 'x', b: 'y' }]
    expect(passedOf({ limit: '1/m', fields: ['a', 'b'] }, mixed)).to.equal(2)
  })

  it('lets more pass at once after a quiet time', () => {
    const algorithm = { token_bucket: { burst_multiplier: 2.5 } }
    expect(passedOf({ limit: '4/h', algorithm }, many(20))).to.equal(10)
    expect(passedOf({ limit: '0.5/h' }, many(20))).to.equal(1)
  })

  it('refuses what is no limit', () => {
    const said = 'limit: must be a number above 0 and s, m or h, such as 100/s or 10000/m, not '
    for (const limit of ['10', '10/d', '0/s', 'x/s', '-1/s', '10/s/m']) {
      expect(problemsOf(rateLimit, { limit })).to.deep.equal([`${said}"${limit}"`])
    }
    expect(problemsOf(rateLimit, { limit: 10 })).to.deep.equal([`${said}10`])
    const endless = { token_bucket: { burst_multiplier: Number.POSITIVE_INFINITY } }
    expect(problemsOf(rateLimit, { limit: '1/s', algorithm: endless })).to.have.length(1)
    const algorithm = { token_bucket: { burst_multiplier: 0 } }
    expect(problemsOf(rateLimit, { limit: '1/s', algorithm })).to.deep.equal([
      'algorithm.token_bucket.burst_multiplier: must be a number above 0, not 0',
    ])
  })

  describe('token buckets', () => {
    const buckets = (burst: number, maxKeys?: number) => {
      let nowMs = 0
      const allows = tokenBuckets({ limit: 10, perMs: 1000, burst }, () => nowMs, maxKeys)
      const pass = (ms: number) => {
        nowMs += ms
      }
      return { allows, pass }
    }

    it('fill up steadily, and not beyond the burst', () => {
      const { allows, pass } = buckets(2)
      expect([allows('a'), allows('a'), allows('a')]).to.deep.equal([true, true, false])
      pass(99)
      expect(allows('a')).to.equal(false)
      pass(1)
      expect([allows('a'), allows('a')]).to.deep.equal([true, false])
      pass(3_600_000)
      expect([allows('a'), allows('a'), allows('a')]).to.deep.equal([true, true, false])
    })

    it('are no more than so many, of which the oldest starts again', () => {
      const { allows } = buckets(1, 2)
      expect(['a', 'b', 'a', 'b', 'c', 'b', 'a'].map(allows)).to.deep.equal([
        ...[true, true, false, false, true],
        ...[false, true],
      ])
    })

    it('are dropped once they are full again, and limit as before', () => {
      const { allows, pass } = buckets(1)
      for (let key = 0; key < 30_000; key++) {
        expect(allows(String(key))).to.equal(true)
        if (key === 15_000) pass(1000)
      }
      expect(allows('29999')).to.equal(false)
    })
  })
})
