import { expect } from 'chai'
import decodeJson from '../../../lib/processors/decode/decode-json-fields.ts'
import { outcome, problemsOf, type Row } from '../opened.ts'

const json = JSON.stringify
const NESTED = json({ log: json({ level: 'info' }), stream: 'stderr', count: 3 })
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('processor: decode_json_fields', () => {
  const fields = ['msg']
  const root = { fields, target: '' }
  const ROWS: readonly Row[] = [
    [
      'decodes once',
      { fields },
      { msg: NESTED },
      { msg: { log: json({ level: 'info' }), stream: 'stderr', count: 3 } },
    ],
    [
      'decodes twice',
      { fields, max_depth: 2 },
      { msg: NESTED },
      { msg: { log: { level: 'info' }, stream: 'stderr', count: 3 } },
    ],
    [
      'decodes to a target',
      { fields, target: 'a.b' },
      { msg: '{"c":1}' },
      { msg: '{"c":1}', a: { b: { c: 1 } } },
    ],
    ['takes null as no target', { fields, target: null }, { msg: '[1]' }, { msg: [1] }],
    [
      'decodes single values',
      { fields: ['a', 'b', 'c'] },
      { a: '12', b: 'null', c: '"x"' },
      { a: 12, b: null, c: 'x' },
    ],
    ['leaves what is missing or no text', { fields: ['none', 'n'] }, { n: 123 }, { n: 123 }],
    [
      'merges into the event',
      root,
      { msg: '{"a":{"b":1},"c":2}', a: { d: 3 } },
      { msg: '{"a":{"b":1},"c":2}', a: { b: 1, d: 3 }, c: 2 },
    ],
    [
      'keeps what the event has',
      root,
      { msg: '{"a":1,"b":2,"c":{"d":1}}', a: 0, c: 'x' },
      { msg: '{"a":1,"b":2,"c":{"d":1}}', a: 0, b: 2, c: 'x' },
    ],
    [
      'or replaces it',
      { ...root, overwrite_keys: true },
      { msg: '{"msg":1,"a":{"c":2}}', a: { b: 1 } },
      { msg: 1, a: { b: 1, c: 2 } },
    ],
    [
      'leaves the time and @metadata alone',
      root,
      {
        '@timestamp': 't',
        msg: '{"@timestamp":"2026-01-31T13:45:00Z","@metadata":{"a":1},"type":"x"}',
      },
      {
        '@timestamp': 't',
        msg: '{"@timestamp":"2026-01-31T13:45:00Z","@metadata":{"a":1},"type":"x"}',
        type: 'x',
      },
    ],
    [
      'or takes them over',
      { ...root, overwrite_keys: true },
      {
        '@timestamp': 't',
        msg: '{"msg":0,"@timestamp":"2026-01-31T13:45:00.5+0100","@metadata":{"a":1}}',
        '@metadata': { b: 2 },
      },
      { '@timestamp': '2026-01-31T12:45:00.500Z', msg: 0, '@metadata': { b: 2, a: 1 } },
    ],
    [
      'as far as they are sound, and says what is not',
      { ...root, overwrite_keys: true, add_error_key: true },
      { '@timestamp': 't', msg: '{"msg":0,"@timestamp":"yesterday","@metadata":7,"type":"_x"}' },
      {
        '@timestamp': 't',
        msg: 0,
        error: {
          message: 'the field msg: not taken over: @timestamp, @metadata, type',
          field: 'msg',
          type: 'json',
        },
      },
    ],
    [
      'expands keys',
      { fields, expand_keys: true },
      { msg: '{"a.b.c":1,"a":{"b.d":2},"e":{"f.g":3}}' },
      { msg: { a: { b: { c: 1, d: 2 } }, e: { f: { g: 3 } } } },
    ],
    ['does not expand keys', { fields }, { msg: '{"a.b":1}' }, { msg: { 'a.b': 1 } }],
    [
      'fails where two keys are the same',
      { fields, expand_keys: true },
      { msg: '{"a.b":1,"a":2}' },
      'throws: the field msg: two keys stand for the same field when they are expanded',
    ],
    [
      'fails for a key with very many dots',
      { fields, expand_keys: true },
      { msg: `{"${'.'.repeat(21)}":1}` },
      'throws: the field msg: a key has too many dots to expand',
    ],
    [
      'takes an id',
      { fields, document_id: 'a.id' },
      { msg: '{"a":{"id":"x1","b":2}}' },
      { msg: { a: { b: 2 } }, '@metadata': { _id: 'x1' } },
    ],
    [
      'takes no number for an id',
      { fields, document_id: 'id' },
      { msg: '{"id":7}' },
      { msg: { id: 7 } },
    ],
    [
      'decodes a list last of all',
      { fields, max_depth: 2 },
      { msg: json({ a: '[1]' }) },
      { msg: { a: [1] } },
    ],
    [
      'decodes no lists before',
      { fields, max_depth: 3 },
      { msg: json({ a: '[1]' }) },
      { msg: { a: '[1]' } },
    ],
    [
      'decodes in lists',
      { fields, max_depth: 3, process_array: true },
      { msg: json({ a: json(['{"b":1}', 'x', '12']) }) },
      { msg: { a: [{ b: 1 }, 'x', '12'] } },
    ],
    [
      'leaves text that looks like JSON',
      { fields, max_depth: 3 },
      { msg: json({ a: '{x}', b: '"y"' }) },
      { msg: { a: '{x}', b: '"y"' } },
    ],
    [
      'keeps the digits of large numbers',
      { fields },
      {
        msg: '{"a":12345678901234567890,"b":"12345678901234567","c":1.2345678901234567,"d":[-9007199254740993,1e300]}',
      },
      {
        msg: {
          a: '12345678901234567890',
          b: '12345678901234567',
          c: 1.2345678901234567,
          d: ['-9007199254740993', 1e300],
        },
      },
    ],
    [
      'fails for what is no JSON',
      { fields },
      { msg: '{"a":1' },
      'throws: the field msg: no valid JSON',
    ],
    [
      'fails for two values',
      { fields },
      { msg: '11:38:04 INFO' },
      'throws: the field msg: no valid JSON',
    ],
    [
      'fails for a list at the top level',
      root,
      { msg: '[1]' },
      'throws: the field msg: only a map can become the top level of the event',
    ],
    [
      'fails where it can not be set',
      { fields, target: 'a.b' },
      { msg: '1', a: 2 },
      "throws: the field msg: the field a.b can't be set: a is a number",
    ],
    [
      'fails where it is too deep',
      { fields },
      { msg: deep(201) },
      'throws: the field msg: nested deeper than 200 levels',
    ],
    [
      'or describes it',
      { fields: ['msg', 'b'], add_error_key: true },
      { msg: 'x', b: '{}' },
      {
        msg: 'x',
        b: {},
        error: { message: 'the field msg: no valid JSON', data: 'x', field: 'msg', type: 'json' },
      },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(decodeJson, config, event)).to.deep.equal(result))
  }

  it('decodes text inside with space around it, and leaves long numbers with a fraction', () => {
    const msg = json({ a: ' {"b":1}\n' })
    expect(outcome(decodeJson, { fields, max_depth: 2 }, { msg })).to.deep.equal({
      msg: { a: { b: 1 } },
    })
    const long = '{"a":12345678901234567.5,"b":1234567890123456}'
    expect(outcome(decodeJson, { fields }, { msg: long })).to.deep.equal({ msg: JSON.parse(long) })
  })

  it('takes brackets in text for text, and what is deep but not too deep', () => {
    const msg = json({ a: `${'['.repeat(5000)}\\"`, b: '\\' })
    expect(outcome(decodeJson, { fields }, { msg })).to.deep.equal({ msg: JSON.parse(msg) })
    const list = deep(200).replace('[]', `["${'x'.repeat(300)}"]`)
    expect(outcome(decodeJson, { fields }, { msg: list })).to.deep.equal({ msg: JSON.parse(list) })
  })

  it('has __proto__ as a field like any other, wherever it gets', () => {
    const msg =
      '{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}},"b.__proto__.polluted":1}'
    for (const config of [
      { fields },
      root,
      { ...root, overwrite_keys: true },
      { fields, expand_keys: true },
    ]) {
      const event = Object(outcome(decodeJson, config, { msg }))
      expect(JSON.stringify(event)).to.contain('"__proto__":{"polluted":1}')
      expect(Reflect.get({}, 'polluted')).to.equal(undefined)
    }
  })

  it('takes no longer for hostile text', () => {
    const texts = [
      '{"a":'.repeat(500_000),
      '"\\'.repeat(500_000),
      `[${'"\\\\",'.repeat(200_000)}1]`,
      json({ 'a.': '.'.repeat(1e6) }),
      `{"${'.'.repeat(1e6)}":1}`,
    ]
    const started = performance.now()
    for (const msg of texts)
      outcome(decodeJson, { fields, expand_keys: true, max_depth: 9 }, { msg })
    expect(performance.now() - started).to.be.below(5000)
  })

  it('says what is wrong with its settings, all of it', () => {
    expect(
      problemsOf(decodeJson, { max_depth: 0, target: '@metadata', document_id: '' }),
    ).to.deep.equal([
      'fields: is required',
      'max_depth: must be a whole number, 1 or more, not 0',
      'target: must be the name of a field that can be set, such as message or a.b, or \'\', not "@metadata"',
      'document_id: must be the name of a field, such as message or a.b, not ""',
    ])
  })
})
