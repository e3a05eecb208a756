import type { Config } from './opened.ts'

/** Settings of every built-in processor: what its tests and those of all of them start from. */
export const SAMPLES: Readonly<Record<string, readonly Config[]>> = {
  add_fields: [
    { fields: { team: 'storage', list: [1] } },
    { target: '', fields: { a: { b: 1 } } },
    { target: 'a.b', fields: { c: null } },
  ],
  add_host_metadata: [
    {},
    { replace_fields: false, netinfo: { enabled: true } },
    {
      cache: { ttl: 0 },
      geo: {
        name: 'rack',
        location: '52.5, 13.4',
        continent_name: 'Europe',
        country_name: 'Germany',
        country_iso_code: 'DE',
        region_name: 'Berlin',
        region_iso_code: 'DE-BE',
        city_name: 'Berlin',
      },
    },
  ],
  add_id: [{}, { target_field: 'a.b' }],
  add_locale: [{}, { format: 'abbreviation' }],
  add_process_metadata: [
    {},
    { match_pids: ['pid', 'none'], target: 'p', ignore_missing: false },
    { match_pids: ['n'], include_fields: ['process.name'], overwrite_keys: true },
    { match_pids: ['pid'], restricted_fields: true },
  ],
  add_tags: [{ tags: ['web', 'new'] }, { tags: ['x'], target: 'a.b' }, { tags: [] }],
  convert: [
    { fields: [{ from: 'n', type: 'integer' }] },
    { fields: [{ from: 'a.b', to: 'c', type: 'string' }], mode: 'rename' },
    {
      fields: [
        { from: 'message', to: 'm', type: 'double' },
        { from: 'list', to: 'l' },
        { from: 'ip', type: 'ip' },
        { from: 'flag', type: 'boolean' },
        { from: 'n', to: 'f', type: 'float' },
        { from: 'text', to: 'g', type: 'long' },
      ],
      ignore_missing: true,
      fail_on_error: false,
      tag: 'mine',
    },
  ],
  copy_fields: [
    { fields: [{ from: 'message', to: 'event.original' }] },
    {
      fields: [
        { from: 'a', to: 'copy' },
        { from: 'list', to: 'a.b.c' },
      ],
      ignore_missing: true,
      fail_on_error: false,
    },
  ],
  decode_base64_field: [
    { field: { from: 'text' } },
    { field: { from: 'message', to: 'a.b' }, ignore_missing: true, fail_on_error: false },
  ],
  decode_csv_fields: [
    { fields: { message: 'csv' } },
    { fields: { text: 'text', a: { b: 'c' } }, separator: ';', fail_on_error: false },
    {
      fields: { message: 'a' },
      trim_leading_space: true,
      overwrite_keys: true,
      ignore_missing: true,
    },
  ],
  decode_json_fields: [
    { fields: ['message'] },
    { fields: ['json', 'text'], target: '', overwrite_keys: true, add_error_key: true },
    { fields: ['json'], target: 'a.b', max_depth: 3, process_array: true, expand_keys: true },
    { fields: ['json', 'list'], target: '', document_id: 'id', expand_keys: true },
  ],
  dissect: [
    { tokenizer: '%{client} %{verb}' },
    { tokenizer: '%{?k}=%{&k} %{rest}', target_prefix: '', ignore_failure: true },
    {
      tokenizer: '%{+a/2} %{+a/1->} %{b|integer}',
      field: 'text',
      overwrite_keys: true,
      trim_values: 'all',
      trim_chars: ' x',
    },
  ],
  drop_event: [{}],
  drop_fields: [
    { fields: ['message', '@timestamp'] },
    { fields: ['a.b', 'n'], ignore_missing: true },
    { fields: ['/^a/', '/(?i)B$/', 'type'] },
  ],
  extract_array: [
    { field: 'list', mappings: { first: 0, a: { b: 1 } } },
    { field: 'list', mappings: { n: 2 }, overwrite_keys: true, ignore_missing: true },
    { field: 'a', mappings: { x: 0 }, omit_empty: true, fail_on_error: false },
  ],
  fingerprint: [
    { fields: ['message', 'n'] },
    { fields: ['a.b', '@timestamp'], ignore_missing: true, method: 'xxhash', encoding: 'base32' },
    { fields: ['text'], method: 'md5', encoding: 'base64', target_field: '@metadata._id' },
  ],
  include_fields: [{ fields: ['message', 'a.b'] }, { fields: [] }, { fields: ['/b$/', 'a'] }],
  move_fields: [
    { to: 'moved.' },
    { from: 'a', fields: ['b', 'c'], to: 'a_', ignore_missing: true },
    { exclude: ['message', 'a'], to: 'x_' },
  ],
  rate_limit: [
    { limit: '1000000/s' },
    {
      limit: '2/h',
      fields: ['message', 'a.b'],
      algorithm: { token_bucket: { burst_multiplier: 2 } },
    },
  ],
  redact: [{ fields: ['message', 'a.b'] }, { names: ['password', 'b'], replacement: 'x' }],
  rename: [
    { fields: [{ from: 'a', to: 'a.b' }] },
    {
      fields: [
        { from: 'message', to: 'n.m' },
        { from: 'text', to: 'z' },
      ],
      ignore_missing: true,
      fail_on_error: false,
    },
  ],
  replace: [
    { fields: [{ field: 'message', pattern: '(\\w+)=(\\w*)', replacement: '$2=$1' }] },
    {
      fields: [
        { field: 'text', pattern: '', replacement: '-' },
        { field: 'a.b', pattern: '(?i)[aeiou]|(x)', replacement: '<$1>' },
      ],
      ignore_missing: true,
      fail_on_error: false,
    },
  ],
  timestamp: [
    {
      field: 'time',
      layouts: ['2006-01-02T15:04:05Z07:00', 'UNIX'],
      test: ['2026-01-31T13:45:00Z'],
    },
    {
      field: 'message',
      target_field: 'a.b',
      layouts: ['Jan _2 15:04:05.000 MST', 'UNIX_MS'],
      timezone: 'Europe/Berlin',
      ignore_missing: true,
      ignore_failure: true,
      id: 'mine',
    },
  ],
  truncate_fields: [
    { fields: ['message'], max_bytes: 5 },
    { fields: ['text', 'a.b'], max_characters: 3, ignore_missing: true, fail_on_error: false },
  ],
  urldecode: [
    { fields: [{ from: 'message' }] },
    {
      fields: [
        { from: 'text', to: 'a.b' },
        { from: 'a', to: 'c' },
      ],
      ignore_missing: true,
      fail_on_error: false,
    },
  ],
}
