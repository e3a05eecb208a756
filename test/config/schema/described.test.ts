import { expect } from 'chai'
import { bytesFrom } from '../../../lib/config/schema/bytes.ts'
import { duration } from '../../../lib/config/schema/duration.ts'
import { fileMode } from '../../../lib/config/schema/file-mode.ts'
import { defineFormat, integer, listOf, oneOf, text } from '../../../lib/config/schema/formats.ts'
import { keysSchema } from '../../../lib/config/schema/json-schema.ts'

describe('config: JSON Schema of a setting', () => {
  const variable = { type: 'string', pattern: '\\$\\{' }
  const EXACT: readonly (readonly [what: string, leaf: object, schema: object])[] = [
    [
      'a number within bounds',
      { doc: 'N.', format: integer(1, 9), default: 3 },
      {
        description: 'N.',
        default: 3,
        anyOf: [{ type: 'integer', minimum: 1, maximum: 9 }, variable],
      },
    ],
    [
      'a number without',
      { doc: 'N.', format: integer(), default: 0 },
      { description: 'N.', default: 0, anyOf: [{ type: 'integer' }, variable] },
    ],
    [
      'a size, its default as one writes it',
      { doc: 'B.', format: bytesFrom(1024), default: 1024 ** 2 },
      {
        description: 'B.',
        default: '1MiB',
        anyOf: [
          { type: 'integer', minimum: 1024 },
          { type: 'string', pattern: '^([0-9]+(?:\\.[0-9]+)?) ?([kKMGT]?i?B)$' },
          variable,
        ],
      },
    ],
    [
      'a duration',
      { doc: 'D.', format: duration, default: 90_000 },
      {
        description: 'D.',
        default: '1m30s',
        anyOf: [
          { const: 0 },
          { type: 'string', pattern: '^(0|(([0-9]+(?:\\.[0-9]+)?)(ms|s|m|h|d))+)$' },
          variable,
        ],
      },
    ],
    [
      'a file mode',
      { doc: 'M.', format: fileMode, default: 0o600 },
      {
        description: 'M.',
        default: '0600',
        anyOf: [{ type: 'string', pattern: '^0o?[0-7]{3}$' }, { type: 'integer' }, variable],
      },
    ],
    [
      'text, which a variable is anyway',
      { doc: 'T.', format: text, default: 'x' },
      { description: 'T.', default: 'x', type: 'string', minLength: 1 },
    ],
    [
      'any text',
      { doc: 'T.', format: String, default: '' },
      { description: 'T.', default: '', type: 'string' },
    ],
    [
      'one of some words',
      { doc: 'W.', format: oneOf(['a', 'b']), default: 'a' },
      { description: 'W.', default: 'a', anyOf: [{ enum: ['a', 'b'] }, variable] },
    ],
    [
      'a flag',
      { doc: 'F.', format: Boolean, default: false },
      { description: 'F.', default: false, anyOf: [{ type: 'boolean' }, variable] },
    ],
    [
      'a list of words',
      { doc: 'L.', format: listOf(oneOf(['a'])), default: ['a'] },
      {
        description: 'L.',
        default: ['a'],
        type: 'array',
        items: { anyOf: [{ enum: ['a'] }, variable] },
      },
    ],
    [
      'a list of what nobody knows',
      { doc: 'L.', format: listOf(defineFormat({ expected: 'x', parse: () => 1 })), default: [] },
      { description: 'L.', default: [], type: 'array', items: {} },
    ],
    [
      'any list',
      { doc: 'L.', format: Array, default: [] },
      { description: 'L.', default: [], type: 'array' },
    ],
    [
      'any map',
      { doc: 'M.', format: Object, default: { a: 1 } },
      { description: 'M.', default: { a: 1 }, type: 'object' },
    ],
    [
      'what may be nothing',
      { doc: 'N.', format: integer(), nullable: true, default: null },
      {
        description: 'N.',
        default: null,
        anyOf: [{ type: 'integer' }, variable, { type: 'null' }],
      },
    ],
    [
      'what is required, without a default',
      { doc: 'R.', format: integer(), default: null },
      { description: 'R.', anyOf: [{ type: 'integer' }, variable] },
    ],
    [
      'a default that the format does not take, as none',
      { doc: 'D.', format: integer(), default: 'none' },
      { description: 'D.', anyOf: [{ type: 'integer' }, variable] },
    ],
    [
      'a regular expression, without its default, which is no data',
      { doc: 'R.', format: RegExp, default: /a/ },
      { description: 'R.', type: 'string' },
    ],
    [
      'what a parser of its own reads',
      { doc: 'E.', elsewhere: true, default: [] },
      { description: 'E.' },
    ],
    ['anything', { doc: 'A.', format: '*', default: undefined }, { description: 'A.' }],
    [
      'what has no doc',
      { format: integer(), default: 1 },
      { default: 1, anyOf: [{ type: 'integer' }, variable] },
    ],
    [
      'a list of maps',
      { doc: 'L.', format: Array, default: [], children: { a: { doc: 'A.', default: '' } } },
      {
        description: 'L.',
        default: [],
        type: 'array',
        items: {
          type: ['object', 'null'],
          properties: { a: { description: 'A.', default: '', type: 'string' } },
          patternProperties: {},
          additionalProperties: false,
        },
      },
    ],
  ]
  for (const [what, leaf, schema] of EXACT) {
    it(`describes ${what}`, () => {
      const { properties } = keysSchema({ key: leaf })
      expect(properties).to.deep.equal({ key: schema })
    })
  }
})
