import { expect } from 'chai'
import { configure } from '../../lib/agent/configure.ts'
import { processorsIn, titleOf } from '../../lib/agent/plan.ts'
import { changesBetween } from '../../lib/agent/reload/changes.ts'
import { restartReasons } from '../../lib/agent/reload/compare.ts'
import { readDocument } from '../../lib/config/source/document.ts'
import { AgentError } from '../../lib/errors.ts'
import { BUILTIN_PROCESSOR_NAMES } from '../../lib/processors/builtin.ts'
import { Workplace } from '../cli/workplace.ts'

const OUTPUT = `export default {
  name: 'mine',
  schema: { address: { doc: 'Where to.', format: String, default: '' } },
  delivery: { inFlight: 2, bulk_max_size: 10 },
  syscalls: [{ names: ['ptrace'], why: 'none' }],
  async open() {},
}
`

const STEP = `export default {
  name: 'step',
  schema: { word: { doc: 'A word.', format: String, default: '' } },
  open() {},
}
`

describe('agent: configuring outputs and processors of one’s own', () => {
  let place: Workplace
  before(() => {
    place = new Workplace({
      'out.js': OUTPUT,
      'ordered.js': OUTPUT.replace('inFlight: 2', 'ordered: true'),
      'step.js': STEP,
      'reserved.js': OUTPUT.replace('address:', 'proxy_url:'),
      'beat.js': "export default { name: 'b', schema: {}, async run() {} }\n",
    })
  })
  after(() => place.remove())

  function planOf(text: string) {
    place.write({ 'beat.yml': text })
    const overrides = [`path.home=${place.folder}`]
    return configure(readDocument({ files: [place.path('beat.yml')], overrides, env: {} }))
  }

  async function problemsOf(text: string): Promise<readonly string[]> {
    try {
      await planOf(text)
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      return error.message.replaceAll(`${place.folder}/`, '').split('\n')
    }
    return []
  }

  const BEATS = 'beats: [{ type: ./beat.js }]\n'

  it('an output has its settings, and delivery by itself and the user', async () => {
    const text = `${BEATS}output.main: { type: ./out.js, address: x, bulk_max_size: 5, timeout: 1s }`
    const { output, plugins } = await planOf(text)
    expect(output).to.deep.include({ kind: 'output', id: 'main', settings: { address: 'x' } })
    expect(output.path).to.deep.equal(['output', 'main'])
    expect(output.plugin.name).to.equal('mine')
    expect(output.delivery).to.include({ inFlight: 2, bulk_max_size: 5, timeout: 1000 })
    expect(plugins.map(titleOf)).to.deep.equal(['agent', 'beat beat', 'output main'])
  })

  it('a built-in output may have another name', async () => {
    const { output } = await planOf(`${BEATS}output.main: { type: file, path: /x }`)
    expect([output.id, output.plugin.name]).to.deep.equal(['main', 'file'])
  })

  it('processors of a beat come before those of the agent, each once among the plugins', async () => {
    const { beats, processors, plugins } = await planOf(`output.console:
beats:
- { type: ./beat.js, id: a, processors: [{ one: { type: ./step.js, word: x } }] }
- { type: ./beat.js, id: b }
processors: [{ add_fields: { fields: { a: 1 } } }]
`)
    expect(processorsIn(processors).map(titleOf)).to.deep.equal(['processor add_fields'])
    expect(beats.map(beat => beat.processors.flatMap(processorsIn).map(titleOf))).to.deep.equal([
      ['processor one', 'processor add_fields'],
      ['processor add_fields'],
    ])
    expect(beats[0]?.processors[0]?.[0]).to.have.deep.property('settings', { word: 'x' })
    expect(plugins.map(titleOf)).to.deep.equal([
      ...['agent', 'beat a', 'beat b', 'processor one', 'processor add_fields', 'output console'],
    ])
  })

  const WRONG: readonly (readonly [text: string, ...problems: string[]])[] = [
    [
      `${BEATS}output.main:\n  type: ./out.js\n  adress: x\n  workerz: 2\n  tpye: 1\n  backoff.int: 1s\n  timeout: 5`,
      'beat.yml:4:3: output.main.adress: unknown key (did you mean "address"?)',
      'beat.yml:5:3: output.main.workerz: unknown key (did you mean "workers"?)',
      'beat.yml:6:3: output.main.tpye: unknown key (did you mean "type"?)',
      'beat.yml:7:3: output.main.backoff.int: unknown key (did you mean "init"?)',
      'beat.yml:8:3: output.main.timeout: must be a duration of at most 24d20h, such as 10s or 1m30s, not 5 (the unit is missing)',
    ],
    [
      `${BEATS}output.main: { type: ./ordered.js, workers: 2 }`,
      'beat.yml:2:36: output.main.workers: must be 1: this output keeps the order of events, one batch at a time',
    ],
    [
      `${BEATS}output.main: { type: ./reserved.js, workers: 0 }`,
      'beat.yml:2:16: output.main.type: reserved.js is no output: "schema.proxy_url" is reserved for a key that every output has',
      'beat.yml:2:37: output.main.workers: must be a whole number from 1 to 1024, not 0',
    ],
    [
      `${BEATS}output.main: { type: ./none.js }`,
      'beat.yml:2:16: output.main.type: none.js does not exist',
    ],
    [
      `${BEATS}output.main: { type: ./beat.js }`,
      'beat.yml:2:16: output.main.type: beat.js is no output: "open" must be a function, not nothing; "run" makes it a beat',
    ],
    [
      `${BEATS}output.consol:`,
      'beat.yml:2:1: output.consol: unknown output (did you mean "console"?): one of console, elasticsearch, file, http, logstash, otlp, redis, syslog, or a package or path as its type',
    ],
    [
      `output.console:\nbeats: [{ type: ./beat.js, processors: [{ step: { type: ./step.js, wrd: 1 } }] }]\nprocessors:\n- add_feilds: {}\n- add_fields: { fields: 7, taget: a }\n- s: { type: ./out.js }\n- s: { type: ./step.js, when: {} }`,
      'beat.yml:2:68: beats[0].processors[0].step.wrd: unknown key (did you mean "word"?)',
      `beat.yml:4:3: processors[0].add_feilds: unknown processor (did you mean "add_fields"?): one of ${BUILTIN_PROCESSOR_NAMES.join(', ')}, or a package or path as its type`,
      'beat.yml:5:17: processors[1].add_fields.fields: must be a map of fields, without @metadata, not 7',
      'beat.yml:5:28: processors[1].add_fields.taget: unknown key (did you mean "target"?)',
      'beat.yml:6:8: processors[2].s.type: out.js is no processor: "delivery" makes it an output',
      'beat.yml:7:25: processors[3].s.when: must be a condition, such as { equals: { log.level: error } }',
    ],
  ]
  for (const [text, ...problems] of WRONG) {
    it(problems[0] ?? '', async () => expect(await problemsOf(text)).to.deep.equal(problems))
  }

  describe('compared for a reload', () => {
    const of = (own: string, all: string, output = 'address: x') =>
      planOf(`output.main: { type: ./out.js, ${output} }
beats:
- { type: ./beat.js, id: a, processors: [${own}] }
- { type: ./beat.js, id: b }
processors: [${all}]
`)
    const step = (word: string) => `{ step: { type: ./step.js, word: ${word} } }`
    const changed = (...[a, b]: readonly Awaited<ReturnType<typeof of>>[]) =>
      a && b && changesBetween(a, b).processors.map(({ id }) => id)

    it('a beat gets other processors if its own have changed', async () => {
      const before = await of(step('x'), '')
      expect(changed(before, await of(step('x'), ''))).to.deep.equal([])
      expect(changed(before, await of(step('y'), ''))).to.deep.equal(['a'])
      expect(changed(before, await of('', ''))).to.deep.equal(['a'])
      expect(changed(before, await of(`${step('x')}, ${step('x')}`, ''))).to.deep.equal(['a'])
    })

    it('every beat gets others if those of the agent have changed', async () => {
      expect(changed(await of('', step('x')), await of('', step('y')))).to.deep.equal(['a', 'b'])
    })

    it('a change of delivery needs a restart, and is named as it is written', async () => {
      const reasons = restartReasons(
        await of('', ''),
        await of('', '', 'address: y, workers: 3, backoff.max: 5s'),
      )
      expect(reasons.map(({ path }) => path.join('.'))).to.have.members([
        ...['output.main.address', 'output.main.workers', 'output.main.backoff.max'],
      ])
    })
  })
})
