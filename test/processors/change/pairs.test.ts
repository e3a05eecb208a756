import { expect } from 'chai'
import copyFields from '../../../lib/processors/change/copy-fields.ts'
import moveFields from '../../../lib/processors/change/move-fields.ts'
import rename from '../../../lib/processors/change/rename.ts'
import { outcome, problemsOf, type Row } from '../opened.ts'

const pair = (from: string, to: string, rest: object = {}) => ({ fields: [{ from, to }], ...rest })
const exists = (name: string) => `throws: the field ${name} exists already`
const missing = (name: string) => `throws: the field ${name} is missing`

describe('processor: copy_fields', () => {
  const ROWS: readonly Row[] = [
    [
      'copies text',
      pair('message', 'message_copied'),
      { message: 'please copy this line' },
      { message: 'please copy this line', message_copied: 'please copy this line' },
    ],
    ['copies from and to below', pair('a.b', 'c.d'), { a: { b: 1 } }, { a: { b: 1 }, c: { d: 1 } }],
    ['copies a map', pair('a', 'b'), { a: { c: [1] } }, { a: { c: [1] }, b: { c: [1] } }],
    ['copies null', pair('a', 'b'), { a: null }, { a: null, b: null }],
    [
      'copies @metadata',
      pair('@metadata._id', 'id'),
      { '@metadata': { _id: 'x' } },
      { '@metadata': { _id: 'x' }, id: 'x' },
    ],
    [
      'copies the time',
      pair('@timestamp', 'event.created'),
      { '@timestamp': 't' },
      { '@timestamp': 't', event: { created: 't' } },
    ],
    ['copies a key with dots', pair('a.b', 'c'), { 'a.b': 1 }, { 'a.b': 1, c: 1 }],
    ['fails if the target exists', pair('a', 'b'), { a: 1, b: 2 }, exists('b')],
    ['fails if the target is null', pair('a', 'b'), { a: 1, b: null }, exists('b')],
    ['fails if the source is missing', pair('a', 'b'), {}, missing('a')],
    [
      'fails below text',
      pair('a', 'a.b'),
      { a: 'x' },
      "throws: the field a.b can't be set: a is text",
    ],
    ['ignores what is missing', pair('a', 'b', { ignore_missing: true }), { c: 1 }, { c: 1 }],
    [
      'fails for a target also then',
      pair('a', 'b', { ignore_missing: true }),
      { b: 1 },
      exists('b'),
    ],
    [
      'does the rest where failures are none',
      {
        fields: [
          { from: 'none', to: 'x' },
          { from: 'a', to: 'b' },
          { from: 'a', to: 'c' },
        ],
        fail_on_error: false,
      },
      { a: 1, b: 2 },
      { a: 1, b: 2, c: 1 },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(copyFields, config, event)).to.deep.equal(result))
  }

  it('makes a copy that shares nothing', () => {
    const event = Object(outcome(copyFields, pair('a', 'b'), { a: { c: 1 } }))
    event.a.c = 2
    expect(event.b.c).to.equal(1)
  })

  it('says what is wrong with its settings, all of it', () => {
    expect(problemsOf(copyFields, {})).to.deep.equal(['fields: is required'])
    const fields = [{ from: 'a' }, { form: 'b', to: '@timestamp' }, 'c']
    expect(problemsOf(copyFields, { fields, fail_on_error: 'no' })).to.deep.equal([
      'fields[0].to: is required',
      'fields[1].form: unknown key (did you mean "from"?)',
      'fields[1].from: is required',
      'fields[1].to: must be the name of a field that can be set, such as message or a.b, not "@timestamp" (the processor timestamp sets it)',
      'fields[2]: must be a map, written as key: value, not "c"',
      'fail_on_error: must be true or false, not "no"',
    ])
  })
})

describe('processor: rename', () => {
  const ROWS: readonly Row[] = [
    ['renames', pair('a.g', 'e.d'), { a: { g: 7 }, b: 1 }, { a: {}, e: { d: 7 }, b: 1 }],
    ['lets a become a.b', pair('a', 'a.value'), { a: 3 }, { a: { value: 3 } }],
    ['lets a key become a map', pair('a.b', 'a.c'), { 'a.b': 1 }, { a: { c: 1 } }],
    ['fails if the target exists', pair('a', 'b'), { a: 1, b: 2 }, exists('b')],
    ['fails if a.b is to become a', pair('a.b', 'a'), { a: { b: 1 } }, exists('a')],
    ['fails if it is missing', pair('a', 'b'), { c: 1 }, missing('a')],
    ['ignores what is missing', pair('a', 'b', { ignore_missing: true }), { c: 1 }, { c: 1 }],
    [
      'loses no value where it can not be set',
      pair('a', 'b.c', { fail_on_error: false }),
      { a: 1, b: 'text' },
      { a: 1, b: 'text' },
    ],
    [
      'renames one after the other',
      {
        fields: [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'c' },
        ],
      },
      { a: 1 },
      { c: 1 },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(rename, config, event)).to.deep.equal(result))
  }
})

describe('processor: move_fields', () => {
  const ROWS: readonly Row[] = [
    [
      'moves all, but the time and @metadata',
      { to: 'old.' },
      { '@timestamp': 't', '@metadata': {}, a: 1, b: { c: 2 } },
      { '@timestamp': 't', '@metadata': {}, old: { a: 1, b: { c: 2 } } },
    ],
    [
      'moves all of a map but what is excluded',
      { from: 'app', exclude: ['method'], to: 'rpc.' },
      { app: { method: 'm', elapsed: 100, id: 'x' } },
      { app: { method: 'm' }, rpc: { elapsed: 100, id: 'x' } },
    ],
    [
      'moves what is listed',
      { from: 'app', fields: ['elapsed', 'a.b'], to: 'rpc_' },
      { app: { elapsed: 1, a: { b: 2 } } },
      { app: { a: {} }, rpc_elapsed: 1, rpc_a: { b: 2 } },
    ],
    ['moves upwards', { from: 'a', to: '' }, { a: { b: 1 } }, { a: {}, b: 1 }],
    ['fails without the map', { from: 'a', to: 'x.', ignore_missing: true }, {}, missing('a')],
    [
      'fails for text',
      { from: 'a', to: 'x.' },
      { a: 'b' },
      'throws: the field a is text, not a map',
    ],
    ['fails for a missing field', { fields: ['a'], to: 'x.' }, {}, missing('a')],
    [
      'or ignores it',
      { fields: ['a', 'b'], to: 'x.', ignore_missing: true },
      { b: 1 },
      { x: { b: 1 } },
    ],
  ]
  for (const [what, config, event, result] of ROWS) {
    it(what, () => expect(outcome(moveFields, config, event)).to.deep.equal(result))
  }

  it('refuses what can not begin a name', () => {
    const said = 'to: must be the begin of the new names, such as old. or old_, not '
    expect(problemsOf(moveFields, { to: '@timestamp.' })).to.deep.equal([`${said}"@timestamp."`])
    expect(problemsOf(moveFields, { to: 'a..' })).to.deep.equal([`${said}"a.."`])
  })
})
