import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import { expect } from 'chai'
import { parseConfig } from '../../lib/config/parse.ts'
import { type ConfigSource, readDocument } from '../../lib/config/source/document.ts'
import { formatProblem } from '../../lib/errors.ts'
import { linesOf, shorten, withFiles } from './written.ts'

const LEAST = 'beats: [{ type: host }]\noutput.console:\n'

function parse(text: string, more: Partial<ConfigSource> = {}) {
  return withFiles([text], files => ({
    ...parseConfig(readDocument({ overrides: [], env: {}, ...more, files })),
    file: files[0] ?? '',
  }))
}

function problemsOf(text: string, more: Partial<ConfigSource> = {}): readonly string[] {
  return parse(text, more).problems.problems.map(problem => shorten(formatProblem(problem)))
}

describe('config: beat.yml', () => {
  it('needs no more than a beat and an output', () => {
    const { config, problems, file } = parse(LEAST)
    expect(problems.size).to.equal(0)
    expect(config.name).to.equal(hostname())
    expect(config.serviceName).to.equal('sealbeat')
    expect(config.shutdown_timeout).to.equal(30_000)
    expect(config.queue).to.deep.equal({
      mem: { events: 6400, bytes: 67_108_864, flush: { min_events: 1600, timeout: 1000 } },
      disk: undefined,
      outside: [],
    })
    expect(config.seccomp).to.include({ enabled: true, required: false, mode: 'extend' })
    expect(config.logging).to.include({ level: 'info', to_stderr: true, to_files: false })
    expect(config.path).to.deep.equal({
      home: process.cwd(),
      config: dirname(file),
      data: resolve('data'),
      logs: resolve('logs'),
    })
  })

  it('resolves paths against path.home, and only that against the working directory', () => {
    const { config } = parse(
      `${LEAST}path: { home: some, data: ../d, logs: /var/log/x, config: c }`,
    )
    expect(config.path).to.deep.equal({
      home: resolve('some'),
      config: resolve('some/c'),
      data: resolve('d'),
      logs: '/var/log/x',
    })
  })

  it('splits a beat into the keys all have and its own', () => {
    const text =
      'output.console:\nbeats:\n- { type: ./my-beat.js, tags: [a], fields.x: 1, period: 1s, deep.er: 2 }'
    const [beat] = parse(text).config.beats
    expect(beat).to.deep.include({
      type: './my-beat.js',
      id: 'my-beat',
      enabled: true,
      tags: ['a'],
      fields: { x: 1 },
    })
    expect(beat?.section).to.deep.include({
      path: ['beats', 0],
      value: { period: '1s', deep: { er: 2 } },
    })
  })

  const ids: readonly (readonly [type: string, id: string])[] = [
    ['host', 'host'],
    ['@acme/disk-beat', 'disk-beat'],
    ['./a/b.mjs', 'b'],
    ['../x.ts', 'x'],
    ['a.b', 'a.b'],
  ]
  for (const [type, id] of ids) {
    it(`calls ${type} ${id}`, () => {
      expect(
        parse(`${LEAST}`, { overrides: [`beats=[{ type: "${type}" }]`] }).config.beats[0]?.id,
      ).to.equal(id)
    })
  }

  it('takes the one enabled output, dotted or nested', () => {
    const text =
      'beats: [{ type: host }]\noutput.console.enabled: false\noutput: { file: { path: /x } }'
    const { config, problems } = parse(text)
    expect(problems.size).to.equal(0)
    expect(config.output).to.deep.include({ type: 'file' })
    expect(config.output.section).to.deep.include({
      path: ['output', 'file'],
      value: { path: '/x' },
    })
  })

  it('lets flush.min_events follow a small queue', () => {
    const { config } = parse(`${LEAST}queue.mem.events: 100`)
    expect(config.queue.mem.flush.min_events).to.equal(100)
  })

  const wrong: readonly (readonly [text: string, ...problems: string[]])[] = [
    [
      '#',
      'beats: no beat is enabled; the agent needs one, such as beats: [{ type: host }]',
      'output: no output is enabled; the agent needs one, such as output.console: {}',
    ],
    [
      'beats: []\noutput.console:',
      '0.yml:1:1: beats: no beat is enabled; the agent needs one, such as beats: [{ type: host }]',
    ],
    [
      'beats: [{ type: host, enabled: false }]\noutput.console:',
      '0.yml:1:1: beats: no beat is enabled; the agent needs one, such as beats: [{ type: host }]',
    ],
    [
      'beats: { type: host }\noutput.console:',
      '0.yml:1:1: beats: must be a list, such as [a, b], not a map',
    ],
    [
      'beats: [host]\noutput.console:',
      '0.yml:1:9: beats[0]: must be a map such as { type: host }, not "host"',
    ],
    ['beats:\n- tipe: host\noutput.console:', '0.yml:2:3: beats[0].type: is required'],
    [
      'beats: [{ type: "!" }]\noutput.console:',
      '0.yml:1:11: beats[0].type: no id can be derived from "!"; set id',
    ],
    [
      'beats: [{ type: host, id: ../x }]\noutput.console:',
      '0.yml:1:23: beats[0].id: must be up to 100 letters, digits, "-", "_" or ".", not beginning with ".", not "../x"',
    ],
    [
      'beats:\n- type: host\n- type: host\noutput.console:',
      '0.yml:3:3: beats[1].id: "host" is already the id of beats[0] (0.yml:2:3); change one of them',
    ],
    [
      `beats: [${'{ type: host },'.repeat(1001)}]\noutput.console:`,
      '0.yml:1:1: beats: has 1001 beats, and at most 1000 are allowed',
    ],
    [
      `processors: [${'{ drop_event: },'.repeat(1001)}]\nbeats: [{ type: host }]\noutput.console:`,
      '0.yml:1:1: processors: has 1001 processors, and at most 1000 are allowed',
    ],
    [
      `processors: [{ if: {}, then: [${'{ a: },'.repeat(500)}], else: [${'{ a: },'.repeat(499)}] }]\nbeats: [{ type: host, processors: [{ a: }] }]\noutput.console:`,
      '0.yml:1:1: processors: there are 1001 processors in all lists, and at most 1000 are allowed',
    ],
    [
      `beats: [${`{ type: host, id: a, processors: [${'{ a: },'.repeat(501)}] },`.repeat(2).replace('id: a', 'id: b')}]\noutput.console:`,
      '0.yml:1:1: beats: there are 1002 processors in all lists, and at most 1000 are allowed',
    ],
    [
      'beats: [{ type: host }]',
      'output: no output is enabled; the agent needs one, such as output.console: {}',
    ],
    [
      'beats: [{ type: host }]\noutput: console',
      '0.yml:2:1: output: must be a map, written as key: value, not "console"',
    ],
    [
      'beats: [{ type: host }]\noutput.console: true',
      '0.yml:2:1: output.console: must be a map of its settings, such as {}, not true',
    ],
    [
      'beats: [{ type: host }]\noutput.console.enabled: maybe',
      '0.yml:2:1: output.console.enabled: must be true or false, not "maybe"',
    ],
    [
      'beats: [{ type: host }]\noutput:\n  console:\n  file: {}',
      '0.yml:4:3: output.file: only one output may be enabled, and console already is',
    ],
    [
      `${LEAST}queue.mem: { events: 10, flush.min_events: 11 }`,
      '0.yml:3:26: queue.mem.flush.min_events: must not exceed queue.mem.events, which is 10',
    ],
    [`${LEAST}seccmp.enabled: false`, '0.yml:3:1: seccmp: unknown key (did you mean "seccomp"?)'],
    [
      `${LEAST}fields: { n: 123456789012345678901 }`,
      '0.yml:3:11: fields.n: is too large for an exact number; put it in quotes',
    ],
    [
      `${LEAST}logging.level: warn`,
      '0.yml:3:1: logging.level: must be one of fatal, error, warning, info, debug, not "warn" (did you mean "warning"?)',
    ],
    [
      `${LEAST}logging.files.name: ../x`,
      '0.yml:3:1: logging.files.name: must be a file name without a folder (the folder is path.logs), not "../x"',
    ],
  ]
  for (const [text, ...problems] of wrong) {
    it(problems[0] ?? '', () => expect(problemsOf(text)).to.deep.equal(problems))
  }

  it('points at the -E that is wrong', () => {
    expect(problemsOf(LEAST, { overrides: ['shutdown_timeout=10'] })).to.deep.equal([
      '-E shutdown_timeout: shutdown_timeout: must be a duration from 1ms to 24d20h, such as 10s or 1m30s, not 10 (the unit is missing)',
    ])
  })

  it('throws one error with everything, in reading order', () => {
    const text = `nmae: x\n${LEAST}tags: [a, 3]\nname: 1\nname: 2\ntags: []\nlogging:\n  level: inof\n`
    const lines = linesOf(() => parse(text).problems.throwIfAny())
    expect(lines).to.deep.equal([
      '0.yml:1:1: nmae: unknown key (did you mean "name"?)',
      '0.yml:4:11: tags[1]: must be text, not 3 (put it in quotes)',
      '0.yml:5:1: name: must be text, not 1 (put it in quotes)',
      '0.yml:6:1: name: is set twice (first at 0.yml:5:1)',
      '0.yml:7:1: tags: is set twice (first at 0.yml:4:1)',
      '0.yml:9:3: logging.level: must be one of fatal, error, warning, info, debug, not "inof" (did you mean "info"?)',
    ])
  })

  it('throws nothing where nothing is wrong', () => {
    expect(linesOf(() => parse(LEAST).problems.throwIfAny())).to.deep.equal([])
  })
})
