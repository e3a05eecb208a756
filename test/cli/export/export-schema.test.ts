import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { configure } from '../../../lib/agent/configure.ts'
import { readDocument } from '../../../lib/config/source/document.ts'
import { type AgentError, formatPath } from '../../../lib/errors.ts'
import { version } from '../../../lib/own-package.ts'
import { parseSeccompSection } from '../../../lib/seccomp/policy/section.ts'
import { Workplace } from '../workplace.ts'
import { schemaValidator } from './schema-validator.ts'

const OUTPUT = 'output.console: {}\n'

const TIDE = `import { defineBeat, oneOf } from 'sealbeat'
export default defineBeat({
  name: 'tide',
  schema: { moon: { doc: 'Its phase.', format: oneOf(['new', 'full']), default: 'new' }, deep: { er: { doc: 'D.', format: 'nat', default: 1 } } },
  async run() {},
})
`

describe('sealbeat export schema', () => {
  let place: Workplace
  let schema: Readonly<Record<string, unknown>>
  let flagged: (text: string) => readonly string[]
  before(async () => {
    place = new Workplace()
    place.write({
      'node_modules/tide/package.json': JSON.stringify({
        ...{ name: 'tide', version: '1.2.3', type: 'module', exports: './main.js' },
        peerDependencies: { sealbeat: '*' },
      }),
      'node_modules/tide/main.js': TIDE,
      'node_modules/broken/package.json': JSON.stringify({
        ...{ name: 'broken', version: '1.0.0', exports: './main.js' },
        peerDependencies: { sealbeat: '*' },
      }),
      'node_modules/broken/main.js': 'throw new Error("no luck")',
      'out.js': TIDE.replaceAll('defineBeat', 'defineOutput').replace(
        'async run() {}',
        'open: async () => { throw new Error() }',
      ),
      'beat.yml': `beats: [{ type: tide }]\noutput.mine: { type: ./out.js }\n`,
    })
    const { code, stdout, stderr } = await place.run('export', 'schema')
    expect(code, stderr).to.equal(0)
    expect(stderr).to.match(
      /^warning: the schema takes any settings for broken: .* no luck \(line 1\)\n$/,
    )
    schema = JSON.parse(stdout)
    flagged = schemaValidator(schema)
  })
  after(() => place.remove())

  it('says what it is, and describes each setting', () => {
    expect(schema.$schema).to.equal('http://json-schema.org/draft-07/schema#')
    expect(schema.title).to.equal(`beat.yml of sealbeat ${version()}, tide 1.2.3`)
    const level = at(schema, 'properties', 'logging', 'properties', 'level')
    expect(level).to.include({
      description: 'The lowest level to log, one of fatal, error, warning, info, debug.',
      default: 'info',
    })
    expect(at(schema, 'properties')).to.include.keys('output', 'output.console', 'output.file')
    const moon = at(schema, 'definitions', 'beat.tide', 'properties', 'moon')
    expect(moon).to.include({ description: 'Its phase.', default: 'new' })
  })

  it('has references that every editor resolves', () => {
    const refs = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, ref = '']) => ref,
    )
    expect(refs.filter(ref => !/^#\/definitions\/[\w.-]+$/.test(ref))).to.deep.equal([])
    const names = new Set(Object.keys(at(schema, 'definitions')))
    expect(refs.filter(ref => !names.has(ref.slice('#/definitions/'.length)))).to.deep.equal([])
  })

  for (const file of ['config/beat.yml', 'config/beat.example.yml']) {
    it(`takes ${file}`, () => {
      expect(flagged(readFileSync(file, 'utf8'))).to.deep.equal([])
    })
  }

  const TAKEN: Readonly<Record<string, string>> = {
    'an installed plugin': `beats: [{ type: tide, moon: full, deep.er: 3 }]\n${OUTPUT}`,
    'keys with dots': `beats: [{ type: host, fields.a.b: 1 }]\noutput.file.path: /x\nqueue.mem.events: 5\nqueue.mem: { flush.timeout: 1s }\nlogging: { files.keepfiles: 3 }\n`,
    'keys with dots below output': `beats: [{ type: host }]\noutput: { elasticsearch.hosts: ['http://h:1'], elasticsearch.ssl.enabled: false }\n`,
    'sections without anything': `beats: [{ type: host }]\noutput.console:\nlogging:\nseccomp:\n`,
    variables: `name: \${NAME}\nshutdown_timeout: \${S:5s}\nbeats: [{ type: "\${TYPE}", any: 1 }]\noutput.console: { bulk_max_size: "\${B:1}", pretty: "\${P:true}" }\n`,
    'an output by another name': `beats: [{ type: host }]\noutput.mine: { type: console, pretty: true }\n`,
    'an output of a path, which it knows': `beats: [{ type: host }]\noutput.mine: { type: ./out.js, moon: full, workers: 2 }\n`,
    'a plugin of a path, which it does not know': `beats: [{ type: ./x.js, any: 1 }]\noutput.file: { type: ../x.js, any: 1 }\n`,
    'a plugin that could not be loaded': `beats: [{ type: host, processors: [{ broken: { any: 1 } }] }]\n${OUTPUT}`,
    'what is disabled': `beats: [{ type: gone, enabled: false, any: 1 }, { type: host }]\noutput: { gone: { enabled: false, any: 1 }, file: { enabled: false, any: 1 }, console: {} }\n`,
    anchors: `beats:\n  - &host { type: host, period: 3s }\n  - { <<: *host, id: again }\n${OUTPUT}`,
    'processors and conditions': `beats: [{ type: host }]\n${OUTPUT}processors:
  - add_fields: { target: x, fields: { a.b: 1 }, when.equals.log.level: error }
  - drop_event.when: { not: { has_fields: [a] } }
  - drop_event.when.or: [{ equals: { a: 1 } }, { range: { b.gte: 5 } }, { contains.c: x }]
  - mine: { type: rename, fields: [{ from: a, to: b }], fail_on_error: false }
  - drop_event:
  - if: { and: [{ regexp: { a: x } }, { network: { b: private } }] }
    then: { add_tags: { tags: [a] } }
    else: [{ if.equals.a: 1, then: [{ drop_event: { when.has_fields: [a] } }] }]
`,
    'rules of one’s own': `beats: [{ type: host }]\n${OUTPUT}seccomp:\n  default_action: errno\n  syscalls:\n    - { action: errno, errno: 38, names: [bpf], must_exist: false }\n    - action: allow\n      names_with_args: [{ name: prctl, arguments: [{ argument: 0, operation: MaskedEqual, value: '0xF', mask: 15 }] }]\n`,
  }
  for (const [what, text] of Object.entries(TAKEN)) {
    it(`takes ${what}`, () => expect(flagged(text)).to.deep.equal([]))
  }

  const FLAGGED: readonly (readonly [what: string, text: string])[] = [
    ['a typo at the top', `beats: [{ type: host }]\n${OUTPUT}loging: { level: debug }\n`],
    [
      'a typo in an output',
      `beats: [{ type: host }]\noutput.file: { path: /tmp/x, paht: /tmp/y }\n`,
    ],
    ['a typo in a beat', `beats: [{ type: host, perod: 3s }]\n${OUTPUT}`],
    ['a typo in an installed beat', `beats: [{ type: tide, mon: full }]\n${OUTPUT}`],
    [
      'a typo in an output by another name',
      `beats: [{ type: host }]\noutput.mine: { type: file, path: /x, paht: x }\n`,
    ],
    [
      'a typo in an output of a path',
      `beats: [{ type: host }]\noutput.mine: { type: ./out.js, mon: x }\n`,
    ],
    ['an unknown output', `beats: [{ type: host }]\noutput.consol: {}\n`],
    ['an unknown beat', `beats: [{ type: hots }]\n${OUTPUT}`],
    [
      'a typo in a section',
      `beats: [{ type: host }]\n${OUTPUT}logging: { lvel: info }\nqueue: { mem: { event: 1 } }\n`,
    ],
    [
      'a wrong word and a wrong type',
      `beats: [{ type: host, metricsets: [lod] }]\n${OUTPUT}logging: { level: loud, to_stderr: yes please }\n`,
    ],
    [
      'an unknown processor',
      `beats: [{ type: host }]\n${OUTPUT}processors: [{ add_feilds: { fields: {} } }]\n`,
    ],
    [
      'a typo in a processor',
      `beats: [{ type: host, processors: [{ add_fields: { fields: {}, tarket: x } }] }]\n${OUTPUT}`,
    ],
    [
      'two processors in one item',
      `beats: [{ type: host }]\n${OUTPUT}processors: [{ add_host_metadata: {}, add_locale: {} }]\n`,
    ],
    [
      'a typo in a condition',
      `beats: [{ type: host }]\n${OUTPUT}processors: [{ if: { equal: { a: 1 } }, then: [{ drop_event: {} }] }]\n`,
    ],
    [
      'a typo in a branch',
      `beats: [{ type: host }]\n${OUTPUT}processors: [{ if: { equals: { a: 1 } }, then: [{ drop_event: {} }], esle: [] }]\n`,
    ],
    [
      'typos in rules',
      `beats: [{ type: host }]\n${OUTPUT}seccomp: { default_action: erno, syscalls: [{ action: allow, nams: [bpf], names: [read] }] }\n`,
    ],
  ]
  for (const [what, text] of FLAGGED) {
    it(`flags ${what} at the same place as the agent`, async () => {
      place.write({ 'beat.yml': text })
      const files = [place.path('beat.yml')]
      const found = await configure(readDocument({ files, overrides: [], env: {} })).then(
        () => [],
        (error: AgentError) => error.problems.map(({ path }) => formatPath(path)),
      )
      expect(found).not.to.deep.equal([])
      expect([...flagged(text)].sort()).to.deep.equal([...found].sort())
    })
  }

  it('flags three typos exactly as sealbeat test config', async () => {
    const text = `beats: [{ type: host, perod: 3s }]
output.file: { path: /tmp/x, paht: /tmp/y }
loging: { level: debug }
`
    place.write({ 'beat.yml': text })
    const { code, stdout } = await place.run('test', 'config', '--json')
    expect(code).to.equal(78)
    const found = JSON.parse(stdout).problems.map(({ path }: { readonly path: string }) => path)
    expect(found).to.have.members(['beats[0].perod', 'output.file.paht', 'loging'])
    expect(flagged(text)).to.have.members(found)
  })

  it('flags a typo in a key with dots', () => {
    const text = `beats: [{ type: host, fields_under_rot.x: 1 }]\noutput.file.paht: /x\nqueue.mem.event: 1\nlogging.files: { keepfile.x: 1 }\n`
    expect(flagged(text)).to.deep.equal([
      ...[
        'output.file.paht',
        'queue.mem.event',
        'beats[0].fields_under_rot.x',
        'logging.files.keepfile.x',
      ],
    ])
  })

  it('has the keys of seccomp that its parser has, at every level, with the comments of config/beat.yml', () => {
    const known = (value: object) => {
      const found: string[] = []
      parseSeccompSection(
        value,
        (_, message) => void found.push(message),
        () => '',
      )
      return found.flatMap(each => /^unknown key: one of (.*)$/.exec(each)?.[1]?.split(', ') ?? [])
    }
    const group = { zzzzzzzzzz: 1 }
    const keys = (...path: readonly string[]) =>
      Object.keys(at(schema, 'properties', 'seccomp', ...path, 'properties'))
    const rules = { default_action: 'allow' }
    const items = ['properties', 'syscalls', 'items']
    const args = [...items, 'properties', 'names_with_args', 'items']
    expect(keys()).to.have.members(known(group))
    expect(keys(...items)).to.have.members(known({ ...rules, syscalls: [group] }))
    const named = (each: object) => ({
      ...rules,
      syscalls: [{ action: 'errno', names_with_args: [each] }],
    })
    expect(keys(...args)).to.have.members(known(named({ ...group, name: 'a', arguments: [] })))
    expect(keys(...args, 'properties', 'arguments', 'items')).to.have.members(
      known(named({ name: 'a', arguments: [group] })),
    )
    const reference = readFileSync('config/beat.yml', 'utf8').replaceAll(/\n *# /g, ' ')
    for (const key of [
      'enabled',
      'required',
      'log',
      'diagnose',
      'late_libraries',
      'mode',
      'precedence',
    ]) {
      expect(reference).to.include(
        String(Reflect.get(at(schema, 'properties', 'seccomp', 'properties', key), 'description')),
      )
    }
  })
})

function at(value: object, ...path: readonly string[]): object {
  return path.reduce<object>((here, key) => Object(Reflect.get(here, key)), value)
}
