import { Ajv } from 'ajv'
import { expect } from 'chai'
import { outputSchema } from '../../../lib/config/delivery.ts'
import { bytes, bytesFrom } from '../../../lib/config/schema/bytes.ts'
import { duration, durationFrom } from '../../../lib/config/schema/duration.ts'
import { fileMode } from '../../../lib/config/schema/file-mode.ts'
import { defineFormat, integer, listOf, oneOf, text } from '../../../lib/config/schema/formats.ts'
import { closed, dottedBelow, keysSchema } from '../../../lib/config/schema/json-schema.ts'
import { formatOf, leavesOf } from '../../../lib/config/schema/leaf.ts'
import { agentSchema, beatSchema } from '../../../lib/config/sections.ts'
import { builtinPlugins } from '../../../tools/reference/builtin-plugins.ts'

const FORMATS: Readonly<Record<string, unknown>> = {
  ...{ text, bytes, duration, fileMode, 'bytes from 1024': bytesFrom(1024) },
  ...{ 'duration from 1s': durationFrom(1000), integer: integer(), '1 to 9': integer(1, 9) },
  ...{ 'one of': oneOf(['a', 'b']), list: listOf(text), 'list of words': listOf(oneOf(['a'])) },
  ...{ String, Number, Boolean, Array, Object, RegExp, '*': '*' },
  ...{ int: 'int', nat: 'nat', port: 'port', words: ['a', 1, true] },
  own: defineFormat({ expected: 'must be a', parse: it => (it === 'a' ? it : undefined) }),
}

const WRITTEN: readonly unknown[] = [
  ...[
    'a',
    'b',
    '',
    '0',
    '5s',
    '1m30s',
    '1.5h',
    '2d',
    '5',
    's',
    '10MiB',
    '10 kB',
    '1.5GB',
    '0B',
    '0600',
    '0o644',
  ],
  ...['600', '.*', '(', 0, 1, 5, 9, 10, -1, 1.5, 4096, 65_535, 65_536, 2 ** 53, true, false, null],
  ...[[], ['a'], ['a', 'b'], [1], [''], {}, { a: 1 }],
]

// biome-ignore lint/suspicious/noTemplateCurlyInString: as beat.yml has it
const VARIABLE = '${A:1}'

function validator(format: unknown) {
  const schema = keysSchema({ key: { doc: 'A key.', format, default: 'none', nullable: false } })
  const valid = new Ajv().compile({ ...closed(schema) })
  return (value: unknown) => valid({ key: value })
}

describe('config: JSON Schema of settings', () => {
  for (const [name, format] of Object.entries(FORMATS)) {
    it(`takes all that ${name} takes`, () => {
      const { parse } = formatOf({ default: 'none', format })
      const valid = validator(format)
      const taken = WRITTEN.filter(value => {
        try {
          parse(value)
          return true
        } catch {
          return false
        }
      })
      expect(taken.filter(value => !valid(value))).to.deep.equal([])
    })
  }

  for (const [name, wrong] of [
    ['text', ['', 1, null, [], {}]],
    ['bytes', ['', 'a', '5s', -1, 1.5, true, [], {}]],
    ['bytes from 1024', [5]],
    ['duration', ['', '5', 's', '10MiB', 1, 5, true, []]],
    ['fileMode', ['600', 'a', 1.5, true]],
    ['integer', ['', 'a', 1.5, true]],
    ['1 to 9', [0, 10, '5']],
    ['one of', ['c', 1]],
    ['list', ['a', {}, [1], ['']]],
    ['list of words', [['b']]],
    ['String', [1, true]],
    ['Boolean', ['true', 0]],
    ['Object', [[], 'a']],
    ['port', [-1, 65_536]],
    ['words', ['b', 2]],
  ] as const) {
    it(`refuses what is not ${name}`, () => {
      expect(wrong.filter(validator(FORMATS[name]))).to.deep.equal([])
    })
  }

  it('takes a variable wherever it can stand for a value, and nowhere else', () => {
    const valid = (name: string, value: unknown) => validator(FORMATS[name])(value)
    for (const name of [
      'text',
      'bytes',
      'duration',
      'fileMode',
      '1 to 9',
      'one of',
      'Boolean',
      'words',
    ]) {
      expect(valid(name, VARIABLE), name).to.equal(true)
    }
    expect(valid('list of words', [VARIABLE])).to.equal(true)
    for (const name of ['list', 'Object', 'Array'])
      expect(valid(name, VARIABLE), name).to.equal(false)
  })

  it('takes whatever is below a key with dots where any map may be, and only there', () => {
    const below = [['^a\\.', {}]]
    for (const schema of [{}, { type: 'object' }, { description: 'A.' }]) {
      expect(dottedBelow('a', schema)).to.deep.equal(below)
    }
    for (const schema of [
      { type: 'array' },
      { type: ['object'] },
      { $ref: '#/a' },
      { anyOf: [{}] },
    ]) {
      expect(dottedBelow('a', schema)).to.deep.equal([])
    }
    expect(dottedBelow('a', { properties: { b: {} } })).to.deep.equal(below)
  })

  it('has keys with dots as patterns, with what is special in them escaped', () => {
    const leaf = { doc: 'A.', format: String, default: '' }
    const described = { description: 'A.', default: '', type: 'string' }
    const { properties, patternProperties } = keysSchema({
      'a+': { 'b*': { c: leaf }, map: { doc: 'M.', format: Object, default: {} } },
      any: { doc: 'E.', elsewhere: true, default: {} },
      list: { doc: 'L.', format: Array, default: [] },
    })
    expect(Object.keys(properties)).to.deep.equal(['a+', 'any', 'list'])
    const below = {
      type: ['object', 'null'],
      properties: { c: described },
      patternProperties: {},
      additionalProperties: false,
    }
    expect(patternProperties).to.deep.equal({
      '^a\\+\\.b\\*$': below,
      '^a\\+\\.map$': { description: 'M.', default: {}, type: 'object' },
      '^a\\+\\.b\\*\\.c$': described,
      '^a\\+\\.map\\.': {},
      '^any\\.': {},
    })
  })

  it('takes keys with dots, maps below any map, and lists of maps; no other keys', () => {
    const schema = closed(
      keysSchema({
        a: { b: { c: { doc: 'C.', format: integer(), default: 1 } }, d: false },
        map: { doc: 'M.', format: Object, default: {} },
        list: {
          doc: 'L.',
          format: Array,
          default: [],
          children: { e: { doc: 'E.', default: '' } },
        },
      }),
    )
    const valid = new Ajv({ allowUnionTypes: true }).compile(schema)
    for (const value of [
      ...[
        {},
        { a: null },
        { a: { b: { c: 2 } } },
        { a: { 'b.c': 2 } },
        { 'a.b.c': 2, 'a.d': true },
      ],
      ...[{ 'a.b': { c: 2 } }, { map: { x: { y: 1 } } }, { 'map.x.y': 1 }, { list: [{ e: 'x' }] }],
      null,
    ]) {
      expect(valid(value), JSON.stringify(value)).to.equal(true)
    }
    for (const value of [
      ...[
        { x: 1 },
        { a: { x: 1 } },
        { a: { b: { x: 1 } } },
        { 'a.x': 1 },
        { 'a.b.x': 1 },
        { 'a.b.c': 'x' },
      ],
      ...[{ axb: {} }, { list: [{ x: 1 }] }, { list: { e: 'x' } }, { 'list.e': 'x' }, 'x', []],
    ]) {
      expect(valid(value), JSON.stringify(value)).to.equal(false)
    }
  })

  it('has every default as one writes it, which the schema takes', async () => {
    const plugins = await builtinPlugins()
    const schemas = [
      agentSchema,
      beatSchema,
      outputSchema,
      ...plugins.map(({ plugin }) => plugin.schema),
    ]
    const wrong = schemas.flatMap(schema => {
      const keys = keysSchema({ ...schema })
      return wrongDefaults(keys)
    })
    expect(wrong).to.deep.equal([])
    expect(leavesOf({ ...agentSchema }).length).to.be.greaterThan(20)
  })
})

/** The keys whose default is not of their own schema. */
function wrongDefaults(schema: object, path = ''): readonly string[] {
  const properties: object = Reflect.get(schema, 'properties') ?? {}
  return Object.entries(properties).flatMap(([key, each]) => {
    const below = wrongDefaults(each, `${path}${key}.`)
    if (!('default' in each)) return below
    return new Ajv({ allowUnionTypes: true }).validate(each, each.default)
      ? below
      : [`${path}${key}`, ...below]
  })
}
