import { expect } from 'chai'
import { parseSettings } from '../../../lib/config/schema/settings.ts'
import { formatPath } from '../../../lib/errors.ts'

const schema = {
  low: { doc: 'A.', format: Number, default: 1 },
  high: { doc: 'B.', format: Number, default: 2 },
}

function parsed(
  check: ((settings: { low: number; high: number }) => unknown) | undefined,
  value: Readonly<Record<string, unknown>> = {},
) {
  const problems: string[] = []
  const plugin = { schema, ...(check && { check }) }
  const section = { path: ['outputs', 0], value }
  const settings = parseSettings(plugin, section, (path, message) =>
    problems.push(`${formatPath(path)}: ${message}`),
  )
  return { settings, problems }
}

describe('config: what a plugin checks itself', () => {
  const inOrder = ({ low, high }: { low: number; high: number }) =>
    low < high ? [] : [{ path: ['low'], message: 'must be below high' }]

  it('is refused at its place, with all that is said', () => {
    expect(parsed(inOrder, { low: 3 })).to.deep.equal({
      settings: undefined,
      problems: ['outputs[0].low: must be below high'],
    })
    const two = () => [
      { path: ['high', 1], message: 'must be a' },
      { path: [], message: 'must be b' },
    ]
    expect(parsed(two).problems).to.deep.equal([
      'outputs[0].high[1]: must be a',
      'outputs[0]: must be b',
    ])
  })

  it('is asked only about settings that the schema has approved, with their defaults', () => {
    expect(parsed(inOrder).settings).to.deep.equal({ low: 1, high: 2 })
    expect(parsed(undefined).settings).to.deep.equal({ low: 1, high: 2 })
    const problems = parsed(inOrder, { low: 'x', hihg: 1 }).problems
    expect(problems).to.have.length(2)
    expect(problems.join()).not.to.contain('below')
  })

  const FAULT = "outputs[0]: its check of settings is invalid; report this to the plugin's author: "
  const WRONG: readonly (readonly [answer: unknown, said: string])[] = [
    ['wrong', 'it returned no list of problems'],
    [true, 'it returned no list of problems'],
    [Promise.resolve([]), 'it returned no list of problems'],
    [['wrong'], 'a problem has to be { path: [keys], message }'],
    [[null], 'a problem has to be { path: [keys], message }'],
    [[{ path: 'low', message: 'm' }], 'a problem has to be { path: [keys], message }'],
    [[{ path: [{}], message: 'm' }], 'a problem has to be { path: [keys], message }'],
    [[{ path: ['low'], message: 7 }], 'a problem has to be { path: [keys], message }'],
  ]
  for (const [answer, said] of WRONG) {
    it(`is the author's fault where the answer is ${JSON.stringify(answer)}`, () => {
      expect(parsed(() => answer)).to.deep.equal({ settings: undefined, problems: [FAULT + said] })
    })
  }

  it("is the author's fault where it throws", () => {
    const throws = () => {
      throw new Error('broken')
    }
    expect(parsed(throws).problems).to.deep.equal([`${FAULT}broken`])
  })
})
