import { expect } from 'chai'
import { BUILTIN_PROCESSOR_NAMES, builtinProcessor } from '../../lib/processors/builtin.ts'
import { outcome, type Row } from './opened.ts'

/** What the documentation of Beats shows of each processor, with other words and values. */
const SHOWN: Readonly<Record<string, readonly Row[]>> = {
  add_fields: [
    [
      'below a target',
      { target: 'project', fields: { name: 'kite', id: '574734885120952459' } },
      { message: 'm' },
      { message: 'm', project: { name: 'kite', id: '574734885120952459' } },
    ],
    ['below fields by default', { fields: { env: 'lab' } }, {}, { fields: { env: 'lab' } }],
    ['at the top for an empty target', { target: '', fields: { env: 'lab' } }, {}, { env: 'lab' }],
    [
      'replaces what is there',
      { target: '', fields: { env: 'lab' } },
      { env: { a: 1 } },
      { env: 'lab' },
    ],
  ],
  add_tags: [
    [
      'to a list of another name',
      { tags: ['web', 'live'], target: 'environment' },
      {},
      { environment: ['web', 'live'] },
    ],
    ['behind those that are there', { tags: ['b'] }, { tags: ['a'] }, { tags: ['a', 'b'] }],
  ],
  convert: [
    [
      'to a type under another name, and in place',
      {
        fields: [
          { from: 'src', to: 'source.ip', type: 'ip' },
          { from: 'port', type: 'integer' },
          { from: 'ok', type: 'boolean' },
          { from: 'share', type: 'double' },
        ],
      },
      { src: '192.0.2.7', port: '8080', ok: 'T', share: '0.25' },
      { src: '192.0.2.7', source: { ip: '192.0.2.7' }, port: 8080, ok: true, share: 0.25 },
    ],
    [
      'renames',
      { fields: [{ from: 'a', to: 'b', type: 'string' }], mode: 'rename' },
      { a: 7 },
      { b: '7' },
    ],
    [
      'leaves what is missing',
      { fields: [{ from: 'a', type: 'long' }], ignore_missing: true },
      { b: 1 },
      { b: 1 },
    ],
  ],
  copy_fields: [
    [
      'keeps the original',
      { fields: [{ from: 'message', to: 'event.original' }] },
      { message: 'm' },
      { message: 'm', event: { original: 'm' } },
    ],
  ],
  decode_base64_field: [
    ['to another field', { field: { from: 'f', to: 'g' } }, { f: 'Y29ycmVjdA==' }, b64('g')],
    ['in place', { field: { from: 'f' } }, { f: 'Y29ycmVjdA==' }, { f: 'correct' }],
  ],
  decode_csv_fields: [
    [
      'a line to a list',
      { fields: { message: 'decoded.csv' } },
      { message: '17,"two, three",' },
      { message: '17,"two, three",', decoded: { csv: ['17', 'two, three', ''] } },
    ],
    ['by another separator', { fields: { m: 'l' }, separator: ';' }, { m: 'a;b' }, csv('a;b')],
  ],
  decode_json_fields: [
    ['in place', { fields: ['m'] }, { m: '{"a":{"b":1}}' }, { m: { a: { b: 1 } } }],
    [
      'below a target',
      { fields: ['m'], target: 'json' },
      { m: '{"a":1}' },
      { m: '{"a":1}', json: { a: 1 } },
    ],
    [
      'at the top, where what is there stays unless overwrite_keys is set',
      { fields: ['m'], target: '' },
      { m: '{"a":1,"b":2}', a: 0 },
      { m: '{"a":1,"b":2}', a: 0, b: 2 },
    ],
    [
      'with an id of the document',
      { fields: ['m'], target: 'j', document_id: 'id' },
      { m: '{"id":"x7","a":1}' },
      { m: '{"id":"x7","a":1}', j: { a: 1 }, '@metadata': { _id: 'x7' } },
    ],
  ],
  dissect: [
    [
      'a line of an application',
      {
        tokenizer: '"%{pid|integer} - %{name} - %{status}"',
        field: 'message',
        target_prefix: 'service',
      },
      { message: '"321 - kite - Server starts"' },
      {
        message: '"321 - kite - Server starts"',
        service: { pid: 321, name: 'kite', status: 'Server starts' },
      },
    ],
  ],
  drop_event: [['every event', {}, { a: 1 }, undefined]],
  drop_fields: [
    [
      'by name and by regular expression',
      { fields: ['cpu.user', '/^net\\./', 'none'], ignore_missing: true },
      { cpu: { user: 1, system: 2 }, net: { in: 1, out: { bytes: 2 } } },
      { cpu: { system: 2 }, net: {} },
    ],
  ],
  extract_array: [
    [
      'items to fields',
      { field: 'list', mappings: { 'source.ip': 0, 'destination.ip': 1, protocol: 2 } },
      { list: ['192.0.2.1', '192.0.2.2', 'tcp'] },
      {
        list: ['192.0.2.1', '192.0.2.2', 'tcp'],
        source: { ip: '192.0.2.1' },
        destination: { ip: '192.0.2.2' },
        protocol: 'tcp',
      },
    ],
  ],
  fingerprint: [
    [
      'to a field of another name',
      { fields: ['a'], target_field: 'event.hash', method: 'md5' },
      { a: 'x' },
      // md5 of |a|x|
      { a: 'x', event: { hash: '44b1c00b421630f859972ec2dba55b70' } },
    ],
  ],
  include_fields: [
    [
      'and the time',
      { fields: ['cpu'] },
      { '@timestamp': 't', cpu: { user: 1 }, mem: 2 },
      { '@timestamp': 't', cpu: { user: 1 } },
    ],
  ],
  move_fields: [
    [
      'some of a map',
      { from: 'app', fields: ['method', 'took'], to: 'rpc.' },
      { app: { version: 1, method: 2, took: 100 }, service: 'core' },
      { app: { version: 1 }, rpc: { method: 2, took: 100 }, service: 'core' },
    ],
    [
      'all of a map but some',
      { from: 'app', exclude: ['version'], to: 'rpc_' },
      { app: { version: 1, method: 2 } },
      { app: { version: 1 }, rpc_method: 2 },
    ],
  ],
  rename: [
    [
      'keys with dots to maps',
      { fields: [{ from: 'a.g', to: 'e.d' }] },
      { 'a.g': 1 },
      { e: { d: 1 } },
    ],
  ],
  replace: [
    [
      'the begin of a path',
      { fields: [{ field: 'file.path', pattern: '/usr/', replacement: '/usr/local/' }] },
      { file: { path: '/usr/bin' } },
      { file: { path: '/usr/local/bin' } },
    ],
  ],
  timestamp: [
    [
      'by the first layout that fits',
      {
        field: 'start',
        layouts: ['2006-01-02T15:04:05Z', '2006-01-02T15:04:05.999Z', '2006-01-02 15:04'],
        timezone: 'Europe/Paris',
      },
      { start: '2026-08-07 12:30' },
      { start: '2026-08-07 12:30', '@timestamp': '2026-08-07T10:30:00.000Z' },
    ],
  ],
  truncate_fields: [
    [
      'characters',
      { fields: ['m'], max_characters: 5 },
      { m: 'this is too long' },
      { m: 'this ', log: { flags: ['truncated'] } },
    ],
  ],
  urldecode: [
    [
      'to another field',
      { fields: [{ from: 'f', to: 'g' }] },
      { f: 'https%3A%2F%2Fwww.example.org' },
      { f: 'https%3A%2F%2Fwww.example.org', g: 'https://www.example.org' },
    ],
  ],
}

/** Those whose answer depends on the host, the time or chance, which their own tests are about; and ours. */
const ELSEWHERE = [
  ...['add_host_metadata', 'add_id', 'add_locale', 'add_process_metadata', 'rate_limit', 'redact'],
]

function b64(to: string) {
  return { f: 'Y29ycmVjdA==', [to]: 'correct' }
}

function csv(m: string) {
  return { m, l: m.split(';') }
}

describe('processors: what the documentation of Beats shows', () => {
  it('is here for each of them', () => {
    expect([...Object.keys(SHOWN), ...ELSEWHERE].sort()).to.deep.equal(
      [...BUILTIN_PROCESSOR_NAMES].sort(),
    )
  })

  for (const [name, rows] of Object.entries(SHOWN)) {
    for (const [what, config, event, result] of rows) {
      it(`${name}: ${what}`, async () => {
        const type = await builtinProcessor(name)
        if (type === undefined) throw new Error(`there is no ${name}`)
        expect(outcome(type, config, event)).to.deep.equal(result)
      })
    }
  }
})
