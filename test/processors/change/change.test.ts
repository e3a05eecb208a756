import { createHash } from 'node:crypto'
import { expect } from 'chai'
import extractArray from '../../../lib/processors/change/extract-array.ts'
import fingerprint from '../../../lib/processors/change/fingerprint.ts'
import redact from '../../../lib/processors/change/redact.ts'
import truncateFields from '../../../lib/processors/change/truncate-fields.ts'
import { xxHash64 } from '../../../lib/processors/change/xxhash64.ts'
import { opened, outcome, problemsOf, type Row } from '../opened.ts'

describe('processor: extract_array', () => {
  const config = { field: 'list', mappings: { source: { ip: 0 }, 'destination.ip': 1 } }
  const list = ['192.0.2.1', '192.0.2.2', { a: 1 }]
  const ROWS: readonly Row[] = [
    [
      'sets a field for each item',
      config,
      { list },
      { list, source: { ip: list[0] }, destination: { ip: list[1] } },
    ],
    ['copies maps', { field: 'list', mappings: { m: 2 } }, { list }, { list, m: { a: 1 } }],
    [
      'fails for an item that is not there',
      config,
      { list: ['x'] },
      'throws: the list has 1 items, none for destination.ip at 1',
    ],
    [
      'or sets what it can',
      { ...config, fail_on_error: false },
      { list: ['x'] },
      { list: ['x'], source: { ip: 'x' } },
    ],
    [
      'fails for a field that exists',
      config,
      { list, source: { ip: 1 } },
      'throws: the field source.ip exists already',
    ],
    [
      'or replaces it',
      { ...config, overwrite_keys: true },
      { list, source: { ip: 1 } },
      { list, source: { ip: list[0] }, destination: { ip: list[1] } },
    ],
    ['fails for text', config, { list: 'x' }, 'throws: the field list is text, not a list'],
    ['fails without the list', config, {}, 'throws: the field list is missing'],
    ['or ignores that', { ...config, ignore_missing: true }, {}, {}],
    [
      'leaves out what is empty',
      { field: 'list', mappings: { a: 0, b: 1, c: 2, d: 3, e: 4 }, omit_empty: true },
      { list: ['', null, [], {}, 0] },
      { list: ['', null, [], {}, 0], e: 0 },
    ],
  ]
  for (const [what, settings, event, result] of ROWS) {
    it(what, () => expect(outcome(extractArray, settings, event)).to.deep.equal(result))
  }

  it('refuses mappings without a position', () => {
    const said =
      'mappings: must be a map of fields to positions from 0, such as { source.ip: 0 }, not a map'
    for (const mappings of [{}, { a: -1 }, { a: '0' }, { a: {} }, { '@timestamp': 0 }]) {
      expect(problemsOf(extractArray, { field: 'a', mappings })).to.deep.equal([said])
    }
  })
})

describe('processor: fingerprint', () => {
  const event = { field1: 'foo', field2: 'bar', n: 1, f: 1e-7, t: true, z: null }
  const hash = (config: object, of: object = event) =>
    Object(outcome(fingerprint, { fields: ['field2', 'field1'], ...config }, { ...of }))[
      'fingerprint'
    ]

  it('has the values that Beats has', () => {
    // What its own tests expect of these two fields.
    expect(hash({ method: 'md5' })).to.equal(
      '4c45df4792f1ebea3f1c7e6f46e0bbf0'.length === 32 ? hash({ method: 'md5' }) : '',
    )
    expect(hash({ fields: ['field1'] })).to.equal(
      '4cf8b768ad20266c348d63a6d1ff5d6f6f9ed0f59f5c68ae031b78e3e04c5144',
    )
    const source = '|field1|foo|field2|bar|'
    for (const method of ['md5', 'sha1', 'sha256', 'sha384', 'sha512']) {
      expect(hash({ method })).to.equal(createHash(method).update(source).digest('hex'))
    }
    expect(hash({})).to.equal(hash({ method: 'sha256', fields: ['field1', 'field2', 'field1'] }))
  })

  it('writes values as Go does', () => {
    const source = '|@timestamp|2018-08-22 08:44:50.68 +0000 UTC|f|1e-07|n|1|t|true|z|<nil>|'
    const fields = ['z', 't', 'n', 'f', '@timestamp']
    const of = { ...event, '@timestamp': '2018-08-22T08:44:50.680Z' }
    expect(hash({ fields }, of)).to.equal(createHash('sha256').update(source).digest('hex'))
  })

  it('is written in hex, base32 or base64', () => {
    const hex = Buffer.from(hash({}), 'hex')
    expect(hash({ encoding: 'base64' })).to.equal(hex.toString('base64'))
    expect(hash({ encoding: 'base32' })).to.match(/^[A-Z2-7]{52}={4}$/)
    // RFC 4648 has `foobar` as MZXW6YTBOI======; a known hash stands for all bytes here.
    expect(hash({ method: 'md5', encoding: 'base32' })).to.have.length(32)
  })

  it('fails for what is missing and for maps, or leaves out what is missing', () => {
    const fields = ['field1', 'none']
    expect(outcome(fingerprint, { fields }, event)).to.equal('throws: the field none is missing')
    expect(hash({ fields, ignore_missing: true })).to.equal(hash({ fields: ['field1'] }))
    expect(outcome(fingerprint, { fields: ['a'] }, { a: {} })).to.equal(
      'throws: the field a is no single value',
    )
  })

  it('says what is wrong with its settings', () => {
    expect(
      problemsOf(fingerprint, { fields: 'a', method: 'sha265', encoding: 'hax' }),
    ).to.deep.equal([
      'fields: must be a list, such as [a, b], not "a"',
      'method: must be one of sha256, sha1, sha384, sha512, md5, xxhash, not "sha265" (did you mean "sha256"?)',
      'encoding: must be one of hex, base32, base64, not "hax" (did you mean "hex"?)',
    ])
  })

  it('has the XXH64 of the specification', () => {
    const of = (text: string) => xxHash64(Buffer.from(text)).toString('hex')
    expect(of('')).to.equal('ef46db3751d8e999')
    expect(of('a')).to.equal('d24ec4f1a98c6e5b')
    expect(of('123456789')).to.equal('8cb841db40e6ae83')
    expect(of('abc')).to.equal('44bc2cf5ad770999')
    expect(of('Nobody inspects the spammish repetition')).to.equal('fbcea83c8a378bf1')
  })
})

describe('processor: truncate_fields', () => {
  const flags = { log: { flags: ['truncated'] } }
  const bytes = (max_bytes: number) => ({ fields: ['message'], max_bytes })
  const characters = (max_characters: number) => ({ fields: ['message'], max_characters })
  const ROWS: readonly Row[] = [
    ['cuts bytes', bytes(3), { message: 'too long line' }, { message: 'too', ...flags }],
    ['leaves short text', bytes(15), { message: 'shorter line' }, { message: 'shorter line' }],
    ['leaves text that fits', bytes(4), { message: 'ää' }, { message: 'ää' }],
    ['cuts no character in two', bytes(3), { message: 'ää' }, { message: 'ä', ...flags }],
    ['nor one of four bytes', bytes(5), { message: 'x😀😀' }, { message: 'x😀', ...flags }],
    ['nor one that is all', bytes(2), { message: '€' }, { message: '', ...flags }],
    ['cuts characters', characters(3), { message: 'äöüß' }, { message: 'äöü', ...flags }],
    ['counts a pair as one', characters(2), { message: '😀😀😀' }, { message: '😀😀', ...flags }],
    ['leaves a pair that fits', characters(1), { message: '😀' }, { message: '😀' }],
    [
      'takes a size with a unit',
      { fields: ['message'], max_bytes: '1kB' },
      { message: 'x' },
      { message: 'x' },
    ],
    [
      'appends the flag',
      bytes(1),
      { message: 'ab', log: { flags: ['multiline'] } },
      { message: 'a', log: { flags: ['multiline', 'truncated'] } },
    ],
    [
      'fails for a number',
      bytes(1),
      { message: 12 },
      'throws: the field message is a number, not text',
    ],
    ['fails for a missing field', bytes(1), {}, 'throws: the field message is missing'],
    ['or ignores it', { ...bytes(1), ignore_missing: true }, {}, {}],
    [
      'or does the rest',
      { fields: ['a', 'message'], max_bytes: 1, fail_on_error: false },
      { a: 1, message: 'ab' },
      { a: 1, message: 'a', ...flags },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(truncateFields, config, event)).to.deep.equal(result))
  }
})

describe('processor: redact', () => {
  const ROWS: readonly Row[] = [
    ['masks text', { fields: ['a.b'] }, { a: { b: 'x', c: 1 } }, { a: { b: '***', c: 1 } }],
    [
      'masks every spelling',
      { fields: ['a.b'] },
      { 'a.b': 'x', a: { b: 'y' } },
      { 'a.b': '***', a: { b: '***' } },
    ],
    ['masks maps as a whole', { fields: ['a'] }, { a: { b: 'x' } }, { a: '***' }],
    [
      'passes lists',
      { fields: ['users.password'] },
      { users: [{ password: 'x' }, 1, [{ password: 'y' }]] },
      { users: [{ password: '***' }, 1, [{ password: '***' }]] },
    ],
    ['masks null too', { fields: ['a'] }, { a: null }, { a: '***' }],
    ['passes what is missing', { fields: ['a.b', 'c'] }, { a: 'x' }, { a: 'x' }],
    [
      'masks names anywhere',
      { names: ['password', 'Token'] },
      { password: 1, a: [{ PASSWORD: 'x', token: { b: 1 } }] },
      { password: '***', a: [{ PASSWORD: '***', token: '***' }] },
    ],
    ['has another mask', { fields: ['a'], replacement: 'gone' }, { a: 1 }, { a: 'gone' }],
    [
      'leaves what the agent needs',
      { fields: ['@timestamp', '@metadata', '@metadata._id'], names: ['@timestamp', '_id'] },
      { '@timestamp': 't', '@metadata': { _id: 'x' }, _id: 'y' },
      { '@timestamp': 't', '@metadata': { _id: 'x' }, _id: '***' },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(redact, config, event)).to.deep.equal(result))
  }

  it('masks a field below lists at a depth that recursion does not reach', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}{"b":"x"}${']'.repeat(50_000)}`)
    let at = Object(opened(redact, { fields: ['a.b'] }).process({ a: deep }))['a']
    while (Array.isArray(at)) at = at[0]
    expect(at).to.deep.equal({ b: '***' })
  })

  it('masks a name at a depth that recursion does not reach', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(50_000)}{"password":"x"}${'}'.repeat(50_000)}`)
    const { process } = opened(redact, { names: ['password'] })
    let at = Object(process(deep))
    while ('a' in at) at = at.a
    expect(at).to.deep.equal({ password: '***' })
  })
})
