import { expect } from 'chai'
import { builtinProcessor } from '../../lib/processors/builtin.ts'
import { type Config, opened } from './opened.ts'

const pairs = (...names: readonly (readonly [from: string, to: string])[]) => ({
  fields: names.map(([from, to]) => ({ from, to })),
})

/** Each does something first, and fails at what comes then. */
const FAILING: readonly (readonly [name: string, config: Config, event: Config])[] = [
  ['copy_fields', pairs(['a', 'x.y'], ['none', 'z']), { a: 1 }],
  ['rename', pairs(['a', 'x'], ['b', 'y']), { a: 1, b: 2, y: 3 }],
  ['rename', pairs(['a', 'a.b'], ['c', 'a.b.d']), { a: 1, c: 2 }],
  ['rename', pairs(['__proto__', 'x'], ['none', 'y']), JSON.parse('{"__proto__":1}')],
  ['urldecode', pairs(['a', 'a'], ['b', 'b']), { a: '%20', b: '%' }],
  [
    'convert',
    {
      mode: 'rename',
      fields: [
        { from: 'a', to: 'x.y', type: 'integer' },
        { from: 'b', to: 't.u', type: 'integer' },
      ],
    },
    { a: '1', b: '2', t: 'text' },
  ],
  ['extract_array', { field: 'l', mappings: { x: 0, a: { b: 1 } } }, { l: [1, 2], a: 'text' }],
  ['move_fields', { to: 'b.' }, { a: 1, b: 'text' }],
  ['move_fields', { to: 'x.', fields: ['a', 'none'] }, { a: 1 }],
  ['truncate_fields', { fields: ['a', 'b'], max_characters: 1 }, { a: 'long', b: 7 }],
  ['decode_csv_fields', { fields: { a: 'x', b: 'y' } }, { a: '1,2', b: 7 }],
  ['decode_json_fields', { fields: ['a', 'b'] }, { a: '{}', b: 'no' }],
  [
    'decode_json_fields',
    { fields: ['a', 'b'], target: '', overwrite_keys: true, document_id: 'id' },
    {
      a: '{"id":"7","m":{"n":1,"o":2},"@timestamp":"2026-02-01T00:00:00Z"}',
      b: '[]',
      m: { n: 0 },
      '@timestamp': '2026-01-31T00:00:00Z',
    },
  ],
  [
    'replace',
    {
      fields: [
        { field: 'a', pattern: 'a', replacement: 'b' },
        { field: 'none', pattern: 'a', replacement: 'b' },
      ],
    },
    { a: 'a' },
  ],
]

describe('a processor that fails half-way', () => {
  for (const [name, config, given] of FAILING) {
    it(`leaves the event as it was: ${name} ${JSON.stringify(config)}`, async () => {
      const type = await builtinProcessor(name)
      if (type === undefined) throw new Error(`there is no ${name}`)
      const { process } = opened(type, config)
      const text = JSON.stringify(given)
      for (let time = 0; time < 2; time++) {
        const event = JSON.parse(text)
        expect(() => process(event)).to.throw()
        expect(JSON.stringify(event)).to.equal(text)
      }
    })
  }
})
