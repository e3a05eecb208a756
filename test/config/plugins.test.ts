import { expect } from 'chai'
import { parseConfig } from '../../lib/config/parse.ts'
import { formatProblem } from '../../lib/errors.ts'
import { documentOf } from './written.ts'

const BEAT = 'beats: [{ type: host }]\n'
const LEAST = `${BEAT}output.console:\n`

function configOf(text: string) {
  const { config, problems } = parseConfig(documentOf(text))
  expect(problems.problems).to.deep.equal([])
  return config
}

function problemsOf(text: string): readonly string[] {
  const { problems } = parseConfig(documentOf(text))
  return problems.problems.map(problem => formatProblem(problem).replace(/^\S*\//, ''))
}

describe('config: an output of one’s own', () => {
  it('is named by its key, and its type is the key too', () => {
    const { output } = configOf(`${BEAT}output.file: { path: /x }`)
    expect(output).to.deep.include({ id: 'file', type: 'file', typePath: ['output', 'file'] })
  })

  it('has a type of its own: a path, a package or a built-in name', () => {
    for (const type of ['./out.js', '@acme/out', 'file']) {
      const { output } = configOf(`${BEAT}output.main: { type: "${type}" }`)
      expect(output).to.deep.include({ id: 'main', type, typePath: ['output', 'main', 'type'] })
    }
  })

  it('has its key as type if type is empty', () => {
    expect(configOf(`${BEAT}output.file: { type: "" }`).output.type).to.equal('file')
  })

  it('keeps its own settings apart from the keys of the framework', () => {
    const { output } = configOf(
      `${BEAT}output.main: { type: ./o.js, url: x, workers: 2, backoff.init: 2s, enabled: true }`,
    )
    expect(output.section.value).to.deep.equal({ url: 'x' })
    expect(output.section.alsoKnown).to.include.members(['type', 'enabled', 'bulk_max_size'])
    expect(output.delivery).to.deep.equal({
      path: ['output', 'main'],
      value: { workers: 2, backoff: { init: '2s' } },
    })
  })

  it('is not looked at while it is disabled', () => {
    const text = `${LEAST}output.other: { enabled: false, type: [no], workers: none }`
    expect(configOf(text).output.id).to.equal('console')
  })

  it('has a wrong type', () => {
    expect(problemsOf(`${BEAT}output.main: { type: 7 }`)).to.deep.equal([
      '0.yml:2:16: output.main.type: must be text, not 7',
    ])
  })
})

describe('config: processors', () => {
  const KNOWN = ['type', 'when', 'fail_on_error']

  it('are none by default', () => {
    const { processors, beats } = configOf(LEAST)
    expect([processors, beats[0]?.processors]).to.deep.equal([[], []])
  })

  it('are lists of the agent and of each beat, in order', () => {
    const { processors, beats } = configOf(`output.console:
beats:
- type: host
  period: 1s
  processors:
  - mine: { type: ./mine.js, word: x }
processors:
- add_fields: { target: labels, fields: { a: 1 } }
- drop:
`)
    expect(processors).to.deep.equal([
      {
        id: 'add_fields',
        type: 'add_fields',
        typePath: ['processors', 0, 'add_fields'],
        section: {
          path: ['processors', 0, 'add_fields'],
          value: { target: 'labels', fields: { a: 1 } },
          alsoKnown: KNOWN,
        },
        failOnError: false,
      },
      {
        id: 'drop',
        type: 'drop',
        typePath: ['processors', 1, 'drop'],
        section: { path: ['processors', 1, 'drop'], value: {}, alsoKnown: KNOWN },
        failOnError: false,
      },
    ])
    const path = ['beats', 0, 'processors', 0, 'mine']
    expect(beats[0]?.processors).to.deep.equal([
      {
        id: 'mine',
        type: './mine.js',
        typePath: [...path, 'type'],
        section: { path, value: { word: 'x' }, alsoKnown: KNOWN },
        failOnError: false,
      },
    ])
    expect(beats[0]?.section.value).to.deep.equal({ period: '1s' })
  })

  const EXAMPLE = 'must be a map such as { add_fields: { fields: { env: test } } }'
  const WRONG: readonly (readonly [text: string, ...problems: string[]])[] = [
    [
      `${LEAST}processors: { add_fields: {} }`,
      '0.yml:3:1: processors: must be a list, such as [a, b], not a map',
    ],
    [`${LEAST}processors: [add_fields]`, `0.yml:3:14: processors[0]: ${EXAMPLE}, not "add_fields"`],
    [`${LEAST}processors: [{}]`, `0.yml:3:14: processors[0]: ${EXAMPLE}`],
    [
      `${LEAST}processors:\n- add_fields:\n  target: x\n  fields: { a: 1 }`,
      '0.yml:4:3: processors[0]: must have one key, the name of a processor, besides which it has target, fields; indent the settings of a processor below its name',
    ],
    [
      `${LEAST}processors:\n- add_fields: yes please\n- 7\n- mine: { type: [] }`,
      '0.yml:4:3: processors[0].add_fields: must be a map of its settings, such as {}, not "yes please"',
      `0.yml:5:3: processors[1]: ${EXAMPLE}, not 7`,
      '0.yml:6:11: processors[2].mine.type: must be text, not a list',
    ],
    [
      'beats:\n- type: host\n  processors: 7\n- { type: host, id: b, processors: [7] }\noutput.console:',
      '0.yml:3:3: beats[0].processors: must be a list, such as [a, b], not 7',
      `0.yml:4:37: beats[1].processors[0]: ${EXAMPLE}, not 7`,
    ],
  ]
  for (const [text, ...problems] of WRONG) {
    it(problems[0] ?? '', () => expect(problemsOf(text)).to.deep.equal(problems))
  }
})
