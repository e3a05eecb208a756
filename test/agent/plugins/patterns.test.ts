import { expect } from 'chai'
import { reportPatterns } from '../../../lib/agent/plugins/patterns.ts'
import { formatPath } from '../../../lib/errors.ts'

function problemsOf(value: unknown): readonly string[] {
  const problems: string[] = []
  const isSound = reportPatterns(value, path => problems.push(formatPath(path)))
  expect(isSound).to.equal(problems.length === 0)
  return problems
}

/** 200,000 characters, written out. */
const MANY = 'a{1000}'.repeat(200)

describe('agent: the regular expressions of a configuration', () => {
  const half = 'a'.repeat(10_000)
  const most = Array.from({ length: 9 }, () => half)
  const condition = (source: string) => ({
    drop_event: { when: { or: [{ regexp: { a: { b: source } } }] } },
  })

  it('may have 100,000 characters together, and the first beyond that is named', () => {
    const processors = [...most, half].map(condition)
    expect(problemsOf({ processors })).to.deep.equal([])
    expect(
      problemsOf({ processors: [...processors, condition('a'), condition('b')] }),
    ).to.deep.equal(['processors[10].drop_event.when.or[0].regexp.a.b'])
  })

  const FOUND: readonly (readonly [value: unknown, path: string])[] = [
    [{ replace: { fields: [{ pattern: MANY }] } }, 'replace.fields[0].pattern'],
    [{ drop_fields: { fields: ['message', `/${MANY}/`] } }, 'drop_fields.fields[1]'],
    [{ when: { regexp: { message: [MANY] } } }, 'when.regexp.message[0]'],
    [{ multiline: { pattern: MANY } }, 'multiline.pattern'],
  ]
  for (const [value, path] of FOUND) {
    it(`are found at ${path}, and counted as they are written out`, () => {
      expect(problemsOf(value)).to.deep.equal([path])
    })
  }

  it('are not what else is text', () => {
    const texts = [MANY, `/${MANY}`, `${MANY}/`, '//']
    expect(problemsOf({ fields: { note: MANY, list: texts }, paths: [`/${MANY}/`] })).to.deep.equal(
      [],
    )
    expect(problemsOf({ fields: texts, names: { fields: { deep: [`/${MANY}/`] } } })).to.deep.equal(
      [],
    )
  })
})
