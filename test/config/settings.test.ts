import { expect } from 'chai'
import { RESERVED_BEAT_KEYS } from '../../lib/config/beats.ts'
import { RESERVED_OUTPUT_KEYS } from '../../lib/config/delivery.ts'
import { parseConfig } from '../../lib/config/parse.ts'
import { RESERVED_PROCESSOR_KEYS } from '../../lib/config/processors.ts'
import { readDocument } from '../../lib/config/source/document.ts'
import { formatPath } from '../../lib/errors.ts'

const LEAST = ['beats=[{ type: host }]', 'output.console={}', 'path.home=/srv']

function parse(...overrides: readonly string[]) {
  const source = { files: [], overrides: [...LEAST, ...overrides], env: {} }
  const { config, problems } = parseConfig(readDocument(source))
  const said = problems.problems.map(({ path, message }) => `${formatPath(path)}: ${message}`)
  return { config, problems: said }
}

const beat = (keys: string) => `beats=[{ type: host, ${keys} }]`
const disk = (keys: string) => `queue.disk={ max_size: 20MB, ${keys} }`

describe('config: what each setting takes', () => {
  const BOUNDS: readonly (readonly [
    setting: (value: string) => string,
    taken: readonly string[],
    refused: readonly string[],
  ])[] = [
    [of('name'), ['x', '""', '"5"'], ['5', 'true', '[]']],
    [of('tags'), ['[]', '[a]', '["1"]'], ['a', '[""]', '[1]', '{}']],
    [of('fields'), ['{}', '{ a: 1 }'], ['[]', 'a', '1']],
    [of('fields_under_root'), ['true', 'false'], ['"true"', '1']],
    [of('shutdown_timeout'), ['1ms', '30s', '24d20h'], ['0', '0s', '24d21h', '5']],
    [of('logging.level'), ['fatal', 'error', 'warning', 'info', 'debug'], ['warn', 'INFO', '1']],
    [of('logging.format'), ['auto', 'json', 'pretty'], ['text']],
    [
      of('logging.files.name'),
      ['a', 'a.b', '.a', 'a..', '..a', '"a b"'],
      ['.', '..', '"..."', 'a/b', '"a\\\\b"', '"a\\0"', '""', '5', '/a'],
    ],
    [of('logging.files.rotateeverybytes'), ['1024', '1KiB', '1GiB'], ['1023', '0']],
    [of('logging.files.keepfiles'), ['2', '1024'], ['1', '1025', '2.5']],
    [of('logging.files.permissions'), ['0600', '0o777', '0000'], ['600', '01777', '0x1']],
    [of('logging.metrics.period'), ['1s', '1000ms'], ['999ms', '0']],
    [of('path.home'), ['x', '/x'], ['""', '5']],
    [of('path.config'), ['x', '""'], ['5']],
    [of('path.data'), ['x', '/x'], ['""']],
    [of('path.logs'), ['x'], ['""']],
    [
      of('landlock.reads'),
      ['[]', '[/]', '["/a b", /c]'],
      ['/', '[a]', '[a/b]', '["/a\\nb"]', '["/a\\rb"]', '["/a\\0b"]', '[5]'],
    ],
    [of('landlock.writes'), ['[/a]'], ['[./a]', '[""]']],
    [of('landlock.connects'), ['[]', '[1, 65535]'], ['[0]', '[65536]', '["80"]', '80']],
    [of('landlock.listens'), ['[1, 65535]'], ['[0]', '[65536]', '[1.5]']],
    [of('capabilities'), ['drop', 'required', 'keep'], ['dropped', 'true']],
    [of('user'), ['root', '""', '"0:0"'], ['0', '[]']],
    [of('queue.mem.events'), ['1', '10000000'], ['0', '10000001']],
    [of('queue.mem.bytes'), ['64KiB', '1GiB'], ['65535', '64']],
    [of('queue.mem.flush.min_events'), ['1', '6400'], ['0', '6401']],
    [of('queue.mem.flush.timeout'), ['0', '0s', '1m'], ['1', '-1s']],
    [
      value => `queue.mem={ events: 10000000, flush.min_events: ${value} }`,
      ['10000000'],
      ['10000001'],
    ],
    [of('queue.disk.max_size'), ['10MB', 'null'], ['9999999', '"null"']],
    [value => disk(`segment_size: ${value}`), ['1MB', '10MB', 'null'], ['999999', '10000001']],
    [value => disk(`sync: ${value}`), ['batch', 'interval', 'none'], ['always', 'null']],
    [value => disk(`path: ${value}`), ['q', '/q'], ['""', '5']],
    [
      value => beat(`id: ${value}`),
      ['a', '""', 'A-b_c.9', '-a', 'a'.repeat(100), '"9"'],
      ['.a', 'a/b', '"a b"', 'ä', 'a'.repeat(101), '5', 'null', '"a\\n"'],
    ],
    [value => beat(`enabled: ${value}`), ['true'], ['"true"', 'null']],
    [value => beat(`tags: ${value}`), ['[a]'], ['[1]', 'a']],
    [value => beat(`fields: ${value}`), ['{}', '{ a: [1] }'], ['[]']],
    [value => beat(`fields_under_root: ${value}`), ['true'], ['1']],
    [value => beat(`processors: ${value}`), ['[]', '[{ a: }]'], ['{}', '[a]', '[{}]']],
    [
      value => `beats=[{ type: ${value} }]`,
      ['host', './a.js', '"@a/b"'],
      ['""', '5', 'null', '[]'],
    ],
    [of('output.console.enabled'), ['true'], ['"true"', '1', 'null']],
  ]
  for (const [setting, taken, refused] of BOUNDS) {
    it(setting('…'), () => {
      const problemsOf = (value: string) => parse(setting(value)).problems
      expect(taken.flatMap(problemsOf), 'of what it takes').to.deep.equal([])
      const wrong = refused.map(value => [value, problemsOf(value).length])
      expect(wrong, 'problems of what it refuses').to.deep.equal(refused.map(value => [value, 1]))
    })
  }

  const WORDS: readonly (readonly [override: string, ...problems: readonly string[]])[] = [
    ['landlock.reads=[a]', 'landlock.reads[0]: must be the absolute path of a folder, not "a"'],
    [
      beat('id: .a'),
      'beats[0].id: must be up to 100 letters, digits, "-", "_" or ".", not beginning with ".", not ".a"',
    ],
    ['user=0', 'user: must be text, not 0 (put it in quotes)'],
    ['queue=5', 'queue: must be a map, written as key: value, not 5'],
    [
      'queue.disk=',
      'queue.disk: must be a map, written as key: value, not ""',
      'queue.disk.max_size: is required',
    ],
    ['queue.disk=null', 'queue.disk.max_size: is required'],
    [
      'queue.disk={ path: "" }',
      'queue.disk.path: must be text, not ""',
      'queue.disk.max_size: is required',
    ],
    ['output.console=[]', 'output.console: must be a map of its settings, such as {}, not a list'],
    [
      'processors=[[]]',
      'processors[0]: must be a map such as { add_fields: { fields: { env: test } } }, not a list',
    ],
    [
      'processors=[{}]',
      'processors[0]: must be a map such as { add_fields: { fields: { env: test } } }',
    ],
    ['processors=[{ a: 5 }]', 'processors[0].a: must be a map of its settings, such as {}, not 5'],
    ['processors=[{ a: { type: [] } }]', 'processors[0].a.type: must be text, not a list'],
    ['processors=[{ a: { type: 5 } }]', 'processors[0].a.type: must be text, not 5'],
  ]
  for (const [override, ...problems] of WORDS) {
    it(`says what is wrong with ${override}`, () => {
      expect(parse(override).problems).to.deep.equal(problems)
    })
  }

  it('leaves numbers of any size to whoever reads what is below beats, output and the like', () => {
    const large = 2n ** 64n
    for (const override of [
      `beats=[{ type: host, own: ${large} }]`,
      `beats=[{ type: host, processors: [{ a: { b: ${large} } }] }]`,
      `processors=[{ a: { b: ${large} } }]`,
      `output.console={ own: ${large} }`,
      `seccomp={ default_action: allow, syscalls: [{ action: errno, names_with_args: [{ name: read, arguments: [{ argument: 0, operation: Equal, value: ${large - 1n} }] }] }] }`,
    ]) {
      expect(parse(override).problems, override).to.deep.equal([])
    }
    expect(parse(`fields={ a: ${large} }`).problems).to.have.length(1)
  })

  it('has a tenth of the queue on the disk as a segment, but a megabyte at least', () => {
    const segment = (max: number) =>
      parse(`queue.disk.max_size=${max}`).config.queue.disk?.segment_size
    expect([10_000_000, 10_000_019, 30_000_000].map(segment)).to.deep.equal([
      ...[1_000_000, 1_000_001, 3_000_000],
    ])
  })

  it('knows whether the queue is below path.data', () => {
    const outside = (path: string, data: string) =>
      parse(disk(`path: ${path}`), `path.data=${data}`).config.queue.outside
    expect(outside('/d', '/d')).to.deep.equal([])
    expect(outside('/d/q', '/d')).to.deep.equal([])
    expect(outside('/dq', '/d')).to.deep.equal(['/dq'])
    expect(outside('/q', '/')).to.deep.equal([])
    expect(outside('q', '/d')).to.deep.equal([])
  })

  it('has an output without settings in place of one that is wrong', () => {
    const nothing = { path: ['output'], value: {} }
    const console = { id: 'console', type: 'console', typePath: ['output'] }
    for (const wrong of ['output=x', 'output={}', 'output.a=5', 'output.a.type=5']) {
      const overrides = ['beats=[{ type: host }]', wrong]
      const document = readDocument({ files: [], overrides, env: {} })
      const { config, problems } = parseConfig(document)
      expect(problems.size).to.equal(1)
      expect(config.output).to.deep.equal({ ...console, section: nothing, delivery: nothing })
    }
  })

  it('has no processors in place of too many, but their beats', () => {
    const many = `[${'{ a: },'.repeat(600)}]`
    const { config, problems } = parse(`processors=${many}`, beat(`processors: ${many}`))
    expect(problems).to.have.length(1)
    expect(config.processors).to.deep.equal([])
    expect(config.beats.map(({ id, processors }) => [id, processors])).to.deep.equal([['host', []]])
    const most = `[${'{ a: },'.repeat(500)}]`
    const sound = parse(`processors=${most}`, beat(`processors: ${most}`))
    expect(sound.problems).to.deep.equal([])
    expect(sound.config.processors).to.have.length(500)
  })

  it('keeps keys for the framework, which plugins must not have', () => {
    expect(RESERVED_OUTPUT_KEYS).to.deep.equal([
      ...['type', 'enabled', 'bulk_max_size', 'bulk_max_bytes', 'workers', 'backoff', 'timeout'],
      ...['max_retries', 'dead_letter', 'ssl', 'proxy_url'],
    ])
    expect(RESERVED_PROCESSOR_KEYS).to.deep.equal(['type', 'when'])
    expect(RESERVED_BEAT_KEYS).to.deep.equal([
      ...['type', 'id', 'enabled', 'tags', 'fields', 'fields_under_root', 'processors'],
    ])
  })

  it('names each output beyond the first', () => {
    expect(parse('output.file={}', 'output.redis={}').problems).to.deep.equal([
      'output.file: only one output may be enabled, and console already is',
      'output.redis: only one output may be enabled, and console already is',
    ])
    // One that can't be read may have been meant to be the only one.
    expect(parse('output.file={}', 'output.redis=5').problems).to.have.length(1)
  })

  it('is called by its own name, else in the log by that of the program', () => {
    const before = process.env.SEALBEAT_PROGRAM
    try {
      process.env.SEALBEAT_PROGRAM = 'web 1.2.3'
      expect(parse().config.serviceName).to.equal('web')
      expect(parse('name=mine').config).to.include({ serviceName: 'mine', name: 'mine' })
      delete process.env.SEALBEAT_PROGRAM
      expect(parse().config.serviceName).to.equal('sealbeat')
    } finally {
      if (before !== undefined) process.env.SEALBEAT_PROGRAM = before
    }
  })
})

function of(setting: string) {
  return (value: string) => `${setting}=${value}`
}
