import { expect } from 'chai'
import { beatSource, Workplace } from '../workplace.ts'

const MASK = `export default {
  name: 'mask',
  schema: { field: { doc: 'The field.', format: String, default: 'user' } },
  open: ({ settings: { field } }) => ({
    process(event) {
      if (event[field] === 'root') return undefined
      if (event[field] === 'bad') {
        event[field] = 'half-way'
        throw new Error('not this one')
      }
      return event[field] === undefined ? event : { ...event, [field]: '***' }
    },
  }),
}
`
const CONFIG = `beats:
- { type: ./probe.js, id: a, processors: [{ mask: { type: ./mask.js } }] }
processors:
- if: { equals: { level: 7 } }
  then: [{ add_fields: { target: '', fields: { debug: true } } }]
  else:
  - add_fields: { target: '', fields: { level: 0 }, when: { not.has_fields: [level] } }
output.file: { path: /nowhere/at/all }
`
const EVENTS = [
  { message: 'one', user: 'kim' },
  { message: 'two', user: 'root' },
  { message: 'three', level: 7 },
  { '@timestamp': '2026-01-31T12:00:00Z', '@metadata': { id: 4 }, user: 'bad' },
]
const LINES = `${EVENTS.map(event => JSON.stringify(event)).join('\n')}\n\n`

describe('sealbeat test pipeline', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({
      'beat.yml': CONFIG,
      'mask.js': MASK,
      'probe.js': beatSource('throw new Error("never to be run")'),
      'events.ndjson': LINES,
    })
  })
  afterEach(() => place.remove())

  const parsed = (stdout: string): unknown =>
    stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))

  const REASON = 'processor mask: not this one'
  const RESULT = [
    { message: 'one', user: '***', level: 0 },
    { message: 'three', level: 7, debug: true },
    { ...EVENTS[3], error: { message: REASON }, level: 0 },
  ]

  it('prints the events as the processors leave them, without a beat or an output', async () => {
    const { code, stdout, stderr } = await place.run('test', 'pipeline', 'events.ndjson')
    expect(stderr).to.equal('warning: the processor mask failed at one event\n')
    expect(code).to.equal(0)
    expect(parsed(stdout)).to.deep.equal(RESULT)
  })

  it('reads standard input', async () => {
    const running = place.start('test', 'pipeline', '-')
    running.child.stdin?.end(LINES)
    const { code, stdout } = await running.ended()
    expect([code, parsed(stdout)]).to.deep.equal([0, RESULT])
  })

  it('explains on standard error what each processor did', async () => {
    const { stdout, stderr } = await place.run('test', 'pipeline', 'events.ndjson', '--explain')
    expect(parsed(stdout)).to.deep.equal(RESULT)
    const mask = 'beats[0].processors[0].mask'
    const add = 'processors[0].else[0].add_fields'
    expect(stderr.trimEnd().split('\n')).to.deep.equal([
      `events.ndjson:1: ${mask}: changes user`,
      'events.ndjson:1: processors[0]: if does not hold: else',
      `events.ndjson:1: ${add}: adds level`,
      `events.ndjson:2: ${mask}: drops the event`,
      `events.ndjson:3: ${mask}: changes nothing`,
      'events.ndjson:3: processors[0]: if holds: then',
      'events.ndjson:3: processors[0].then[0].add_fields: adds debug',
      `events.ndjson:4: ${mask}: fails: not this one`,
      'events.ndjson:4: processors[0]: if does not hold: else',
      `events.ndjson:4: ${add}: adds level`,
      'warning: the processor mask failed at one event',
    ])
  })

  it('explains when a list is left out, a condition does not hold, and fields go', async () => {
    const drop = `export default { name: 'drop', schema: {}, open: () => ({ process({ user, ...event }) { return event } }) }`
    place.write({
      'drop.js': drop,
      'beat.yml': `beats: [{ type: ./probe.js }]
processors:
- drop: { type: ./drop.js, when.equals.user: kim }
- mask: { type: ./mask.js, fail_on_error: true }
- drop: { type: ./drop.js }
output.console:
`,
    })
    const { stdout, stderr } = await place.run('test', 'pipeline', '--explain', 'events.ndjson')
    expect(stderr).to.contain('ndjson:1: processors[0].drop: removes user\n')
    expect(stderr).to.contain('ndjson:2: processors[0].drop: passed by: when does not hold\n')
    expect(stderr).to.contain(
      'ndjson:4: processors[1].mask: fails: not this one; this ends the list\n',
    )
    expect(stdout).to.contain('"user":"bad"')
  })

  it('takes the beat that is asked for, and of several the agent alone', async () => {
    const beats = CONFIG.replace('processors:\n', '- { type: ./probe.js, id: b }\nprocessors:\n')
    place.write({ 'beat.yml': beats })
    const alone = await place.run('test', 'pipeline', 'events.ndjson')
    expect(alone.stderr).to.equal(
      'note: the processors of the agent only; --beat adds those of one of a, b\n',
    )
    expect(parsed(alone.stdout)).to.have.length(4)
    const a = await place.run('test', 'pipeline', 'events.ndjson', '--beat', 'a')
    expect(parsed(a.stdout)).to.deep.equal(RESULT)
    const b = await place.run('test', 'pipeline', 'events.ndjson', '--beat=b')
    expect([parsed(b.stdout), b.stderr]).to.deep.equal([parsed(alone.stdout), ''])
    const c = await place.run('test', 'pipeline', 'events.ndjson', '--beat=aa')
    expect(c.code).to.equal(64)
    expect(c.stderr).to.contain('no enabled beat has the id aa (did you mean "a"?): one of a, b')
  })

  it('lists all that is wrong with the events, each by its line, and prints none', async () => {
    place.write({
      'events.ndjson':
        '{"ok":1}\n{"message"\n[1]\n\n{"@timestamp":"soon"}\n{"@metadata":7}\nnull\n',
    })
    const { code, stdout, stderr } = await place.run('test', 'pipeline', 'events.ndjson')
    expect([code, stdout]).to.deep.equal([1, ''])
    const lines = stderr.trimEnd().split('\n')
    expect(lines[0]).to.match(/^events\.ndjson:2: is not JSON \(.*\); each line must be one event/)
    const rest = '; each line must be one event, such as {"message":"hello"}'
    expect(lines.slice(1)).to.deep.equal([
      `events.ndjson:3: is not a JSON object${rest}`,
      `events.ndjson:5: @timestamp must be a valid Date or an ISO 8601 string${rest}`,
      `events.ndjson:6: @metadata must be an object${rest}`,
      `events.ndjson:7: is not a JSON object${rest}`,
    ])
  })

  it('says that there is no file, or nothing in it', async () => {
    const none = await place.run('test', 'pipeline', 'none.ndjson')
    expect([none.code, none.stderr]).to.deep.equal([
      64,
      'sealbeat: none.ndjson: no such file; see "sealbeat --help"\n',
    ])
    place.write({ 'empty.ndjson': '\n' })
    const empty = await place.run('test', 'pipeline', 'empty.ndjson')
    expect([empty.code, empty.stderr]).to.deep.equal([
      1,
      'empty.ndjson: has no events; each line must be one, such as {"message":"hello"}\n',
    ])
    const missing = await place.run('test', 'pipeline')
    expect([missing.code, missing.stderr]).to.deep.equal([
      64,
      'sealbeat: "test pipeline" needs a FILE; see "sealbeat --help"\n',
    ])
  })

  it('reports what is wrong with the configuration, at its place', async () => {
    place.write({
      'beat.yml': CONFIG.replace('level: 7', 'level: 7.5').replace('not.has', 'not.hsa'),
    })
    const { code, stderr } = await place.run('test', 'pipeline', 'events.ndjson')
    expect(code).to.equal(78)
    expect(stderr.trimEnd().split('\n')).to.deep.equal([
      'beat.yml:4:19: processors[0].if.equals.level: must be a whole number, text, true or false; for fractions take range, not 7.5',
      'beat.yml:7:61: processors[0].else[0].add_fields.when.not.hsa_fields: unknown condition (did you mean "has_fields"?): one of equals, contains, regexp, range, network, has_fields, and, or, not',
    ])
  })
})
