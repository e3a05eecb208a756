import { expect } from 'chai'
import { parse as parseYaml } from 'yaml'
import { parseProcessors } from '../../lib/config/processors.ts'
import { formatPath } from '../../lib/errors.ts'

function parse(text: string) {
  const problems: string[] = []
  const steps = parseProcessors(parseYaml(text), ['processors'], (path, message) =>
    problems.push(`${formatPath(path)}: ${message}`),
  )
  return { steps, problems }
}

const WHEN = { equals: { a: 1 } }
const IF = 'if: { equals: { a: 1 } }'

describe('config: processors with conditions', () => {
  it('keep what is written below when, and fail_on_error', () => {
    const { steps, problems } = parse(
      '[{ mask: { when: { equals: { a: 1 } }, fail_on_error: true, word: x } }]',
    )
    expect(problems).to.deep.equal([])
    const path = ['processors', 0, 'mask']
    expect(steps).to.deep.equal([
      {
        id: 'mask',
        type: 'mask',
        typePath: path,
        section: { path, value: { word: 'x' }, alsoKnown: ['type', 'when', 'fail_on_error'] },
        failOnError: true,
        shared: { fail_on_error: true },
        when: { path: [...path, 'when'], written: WHEN },
      },
    ])
  })

  it('stand in lists below then and else, or alone, to any depth', () => {
    const { steps, problems } = parse(`
- { ${IF}, then: [{ a: }, { ${IF}, then: [], else: { b: } }], else: [] }
- { ${IF}, then: { c: } }
`)
    expect(problems).to.deep.equal([])
    const shape = (list: typeof steps): unknown =>
      list.map(step =>
        'condition' in step
          ? [formatPath(step.condition.path), shape(step.ifTrue), shape(step.ifFalse)]
          : formatPath(step.section.path),
      )
    expect(shape(steps)).to.deep.equal([
      [
        'processors[0].if',
        [
          'processors[0].then[0].a',
          ['processors[0].then[1].if', [], ['processors[0].then[1].else.b']],
        ],
        [],
      ],
      ['processors[1].if', ['processors[1].then.c'], []],
    ])
  })

  const EXAMPLE = '{ add_fields: { fields: { env: test } } }'
  const WRONG: readonly (readonly [text: string, ...problems: readonly string[]])[] = [
    ['{ a: { fail_on_error: 5 } }', 'processors[0].a.fail_on_error: must be true or false, not 5'],
    ['{ then: [] }', 'processors[0]: must have if: a condition'],
    [`{ ${IF} }`, 'processors[0]: must have then: a list of processors'],
    [
      '{ else: [7] }',
      'processors[0]: must have if: a condition',
      'processors[0]: must have then: a list of processors',
      `processors[0].else[0]: must be a map such as ${EXAMPLE}, not 7`,
    ],
    [
      `{ ${IF}, then: [], els: [] }`,
      'processors[0].els: unknown key beside if, then and else (did you mean "else"?)',
    ],
    [
      `{ ${IF}, then: , else: x }`,
      `processors[0].then: must be a list of processors, such as [${EXAMPLE}], not null`,
      `processors[0].else: must be a list of processors, such as [${EXAMPLE}], not "x"`,
    ],
    [
      `{ ${IF}, then: [{ a: {}, b: {} }], else: { c: 7 } }`,
      'processors[0].then[0]: must have one key, the name of a processor, besides which it has b; indent the settings of a processor below its name',
      'processors[0].else.c: must be a map of its settings, such as {}, not 7',
    ],
  ]
  for (const [text, ...problems] of WRONG) {
    it(problems[0] ?? '', () => expect(parse(`[${text}]`).problems).to.deep.equal(problems))
  }

  it('are empty where their lists are wrong, or their processors', () => {
    for (const wrong of ['5', '{ a: {}, b: {} }', '[7]', '[{ a: 7 }]', '{}', '[]']) {
      const { steps } = parse(`[{ ${IF}, then: ${wrong}, else: ${wrong} }]`)
      const path = ['processors', 0]
      const condition = { path: [...path, 'if'], written: { equals: { a: 1 } } }
      expect(steps, wrong).to.deep.equal([{ path, condition, ifTrue: [], ifFalse: [] }])
    }
    expect(parse('[{ then: [] }]').steps).to.have.nested.property('0.condition.written.has_fields')
    expect(parse('5').steps).to.deep.equal([])
    expect(parseProcessors(undefined, [], () => {})).to.deep.equal([])
  })

  it('keep whether they fail on an error, where that is told', () => {
    const failing = (value: string) => {
      const { steps, problems } = parse(`[{ a: { fail_on_error: ${value} } }, { b: { when: } }]`)
      return { steps: steps.map(step => ('failOnError' in step ? step : undefined)), problems }
    }
    for (const value of ['true', 'false']) {
      const [step, other] = failing(value).steps
      expect(step?.failOnError).to.equal(value === 'true')
      expect(step?.shared).to.deep.equal({ fail_on_error: value === 'true' })
      expect(other).not.to.have.property('shared')
      expect(other?.when).to.deep.equal({ path: ['processors', 1, 'b', 'when'], written: null })
    }
    expect(failing('no').problems).to.deep.equal([
      'processors[0].a.fail_on_error: must be true or false, not "no"',
    ])
    expect(failing('no').steps[0]).not.to.have.property('shared')
    expect(failing('no').steps[0]?.failOnError).to.equal(false)
  })

  it('are not nested deeper than anybody writes', () => {
    const deep = (levels: number): string =>
      levels === 0 ? '{ a: }' : `{ ${IF}, then: ${deep(levels - 1)} }`
    const listed = (levels: number): string =>
      levels === 0 ? '{ a: }' : `{ ${IF}, then: [{ b: }, ${listed(levels - 1)}] }`
    expect(parse(`[${listed(30)}]`).problems).to.deep.equal([])
    expect(parse(`[${listed(31)}]`).problems.join()).to.match(
      /^processors\[0\](\.then\[1\]){30}: must not have lists nested more than 30 deep$/,
    )
    expect(parse(`[${deep(30)}]`).problems).to.deep.equal([])
    expect(parse(`[${deep(31)}]`).problems.join()).to.match(
      /^processors\[0\](\.then){30}: must not have lists nested more than 30 deep$/,
    )
  })
})
