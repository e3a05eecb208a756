import { expect } from 'chai'
import { builtinProcessor } from '../../lib/processors/builtin.ts'
import { type Config, problemsOf } from './opened.ts'

const pairs = (...names: readonly (readonly [from: string, to: string])[]) => ({
  fields: names.map(([from, to]) => ({ from, to })),
})
const IS_SET = "can't be"
const LONG = 'a.'.repeat(100)
const NOT_LONG = `not "${LONG.slice(0, 60)}…" (it has more than 100 parts)`

/** Settings that can't be right together, each with all that is said of them. */
const ROWS: readonly (readonly [name: string, config: Config, ...problems: readonly string[]])[] = [
  ['truncate_fields', { fields: ['a'] }, ': must have max_bytes or max_characters above 0'],
  ['truncate_fields', { fields: ['a'], max_bytes: 1 }],
  [
    'truncate_fields',
    { fields: ['a'], max_bytes: 1, max_characters: 2 },
    'max_characters: must not be set beside max_bytes',
  ],
  [
    'truncate_fields',
    { fields: ['@timestamp'], max_bytes: 1 },
    'fields[0]: must be the name of a field that can be set, such as message or a.b, not "@timestamp" (the processor timestamp sets it)',
  ],
  [
    'timestamp',
    {
      field: 't',
      layouts: ['2006-01-02', 'UNIX'],
      test: ['2026-01-31', 'today', '7', '31.1.2026'],
    },
    'test[1]: must be a time that fits one of the layouts',
    'test[3]: must be a time that fits one of the layouts',
  ],
  [
    'add_process_metadata',
    { include_fields: ['process.name', 'process.env'] },
    'include_fields[1]: must not be process.env, which takes restricted_fields: true',
  ],
  ['add_process_metadata', { include_fields: ['process.env'], restricted_fields: true }],
  [
    'add_fields',
    { target: '', fields: { '@timestamp': '2026-01-31' } },
    'fields.@timestamp: must not be set (timestamp sets it)',
  ],
  ['add_fields', { fields: { '@timestamp': '2026-01-31' } }],
  ['fingerprint', { fields: [] }, 'fields: must name a field at least'],
  ['redact', {}, ': must have fields or names'],
  ['redact', { names: ['a'] }],
  [
    'timestamp',
    { field: 't', layouts: Array(100).fill('UNIX'), test: Array(101).fill('7') },
    'test: must be fewer: each is tried with each of 100 layouts',
  ],
  ['timestamp', { field: 't', layouts: Array(100).fill('UNIX'), test: Array(100).fill('7') }],
  [
    'rename',
    pairs([LONG, LONG]),
    `fields[0].from: must be the name of a field, such as message or a.b, ${NOT_LONG}`,
    `fields[0].to: must be the name of a field that can be set, such as message or a.b, ${NOT_LONG}`,
  ],
  ['add_tags', { tags: ['a'], target: `${'a.'.repeat(99)}a` }],
  [
    'move_fields',
    { from: LONG, to: 'a.' },
    `from: must be the name of a field, such as message or a.b, or '', ${NOT_LONG}`,
  ],
  [
    'drop_fields',
    { fields: [LONG, `/${LONG}/`] },
    `fields[0]: must be the name of a field, such as message or a.b, or a regular expression between slashes, not "${LONG.slice(0, 60)}…": it has more than 100 parts`,
  ],
  [
    'dissect',
    { tokenizer: `%{${LONG}b}` },
    `tokenizer: must be text with keys, such as "%{client} %{verb}", not "%{${LONG.slice(0, 58)}…": %{${LONG.slice(0, 60)}…} can't be a field (it has more than 100 parts)`,
  ],
  ['rename', pairs(['a', 'a']), 'fields[0].to: must be another field than a'],
  [
    'rename',
    pairs(['a', 'x'], ['b', 'y'], ['c', 'x'], ['d', 'x']),
    'fields[2].to: must not be x: that is for a already',
    'fields[3].to: must not be x: that is for a already',
  ],
  // One of them may be missing, what fails may be left as it is, and x may have moved on.
  ['rename', { ...pairs(['a', 'x'], ['c', 'x']), ignore_missing: true }],
  ['rename', { ...pairs(['a', 'x'], ['c', 'x']), fail_on_error: false }],
  ['rename', pairs(['a', 'x'], ['x', 'y'], ['c', 'x'])],
  [
    'rename',
    pairs(['@timestamp', 'x']),
    'fields[0].from: must not be @timestamp, which every event has to keep',
  ],
  [
    'copy_fields',
    pairs(['a', 'x'], ['b', 'x']),
    'fields[1].to: must not be x: that is for a already',
  ],
  ['copy_fields', pairs(['@timestamp', 'x'])],
  [
    'convert',
    {
      fields: [
        { from: 'a', type: 'long' },
        { from: '@timestamp', to: 'x' },
      ],
      mode: 'rename',
    },
    'fields[1]: must not be @timestamp, which every event has to keep',
  ],
  ['convert', { fields: [{ from: '@timestamp', to: 'x' }] }],
  [
    'decode_csv_fields',
    { fields: { a: 'x', b: 'x' } },
    'fields.b: must not be x: that is for a already',
  ],
  ['decode_csv_fields', { fields: { a: 'x', b: 'x' }, overwrite_keys: true }],
  [
    'decode_base64_field',
    { field: { from: '@metadata' } },
    `field.from: must be a field that can be set: @metadata ${IS_SET}`,
  ],
  ['decode_base64_field', { field: { from: '@metadata', to: 'x' } }],
  [
    'decode_json_fields',
    { fields: ['a', '@timestamp', '.'] },
    `fields[1]: must be a field that can be set: @timestamp ${IS_SET}`,
    `fields[2]: must be a field that can be set: . ${IS_SET}`,
  ],
  ['decode_json_fields', { fields: ['@timestamp'], target: 'x' }],
  [
    'urldecode',
    { fields: [{ from: 'a' }, { from: '@timestamp' }] },
    `fields[1].from: must be a field that can be set: @timestamp ${IS_SET}`,
  ],
  ['urldecode', pairs(['@timestamp', 'x'])],
  [
    'move_fields',
    { fields: ['a', '@timestamp'], to: 'x.' },
    'fields[1]: must not be @timestamp, which every event keeps',
  ],
  [
    'move_fields',
    { from: 'm', fields: ['data', 'stamp'], to: '@meta' },
    'fields[0]: must not become @metadata',
  ],
  [
    'replace',
    {
      fields: [
        { field: 'a', pattern: '(', replacement: '' },
        { field: '@metadata', pattern: 'a(?=b)', replacement: '' },
        { pattern: 7 },
      ],
    },
    'fields[0].pattern: must be a regular expression of RE2, not "(": missing closing ): `(`',
    'fields[1].field: must be the name of a field that can be set, such as message or a.b, not "@metadata"',
    'fields[1].pattern: must be a regular expression of RE2, not "a(?=b)": invalid or unsupported Perl syntax: `(?=`; RE2 has no lookaround',
    'fields[2].field: is required',
    'fields[2].pattern: must be a regular expression of RE2, not 7',
    'fields[2].replacement: is required',
  ],
  [
    'drop_fields',
    { fields: ['a', '/(/', ''] },
    'fields[1]: must be the name of a field, such as message or a.b, or a regular expression between slashes, not "/(/": must be a regular expression of RE2: missing closing ): `(`',
    'fields[2]: must be the name of a field, such as message or a.b, or a regular expression between slashes, not ""',
  ],
  [
    'dissect',
    { tokenizer: '%{a}%{b}' },
    'tokenizer: must be text with keys, such as "%{client} %{verb}", not "%{a}%{b}": two keys need a delimiter between them, or a length: %{key#4}',
  ],
]

describe('processors: settings that can not be right', () => {
  for (const [name, config, ...problems] of ROWS) {
    const how = problems.length > 0 ? 'are refused' : 'may be right'
    it(`${how}: ${name} ${JSON.stringify(config)}`, async () => {
      const type = await builtinProcessor(name)
      if (type === undefined) throw new Error(`there is no ${name}`)
      expect(problemsOf(type, config)).to.deep.equal(problems)
    })
  }
})
