import { expect } from 'chai'
import { selector } from '../../../lib/outputs/routing/selector.ts'

const EVENT = { log: { level: 'error' }, team: 'web', '@timestamp': '2026-01-02T00:00:00Z' }

function chosen(rules: readonly unknown[], single = 'rest', event: object = EVENT) {
  const { select, problems } = selector({ key: 'index', rulesKey: 'indices', single, rules })
  const get = (field?: string) =>
    field === undefined
      ? event
      : field.split('.').reduce<unknown>((value, key) => Object(value)[key], event)
  return problems.length > 0
    ? problems.map(({ path, message }) => `${path.join('.')} ${message}`)
    : select(get)
}

describe('rules that choose a text for an event', () => {
  const isError = { equals: { 'log.level': 'error' } }
  const table: readonly [string, readonly unknown[], string | undefined][] = [
    ['no rule', [], 'rest'],
    ['the first that holds', [{ index: 'a', when: { not: isError } }, { index: 'b' }], 'b'],
    ['a condition that holds', [{ index: 'errors', when: isError }], 'errors'],
    ['a condition that does not', [{ index: 'errors', when: { not: isError } }], 'rest'],
    ['a regular expression', [{ index: 'x', when: { regexp: { team: '^w.b$' } } }], 'x'],
    ['a text without its field', [{ index: '%{[none]}' }, { index: 'b' }], 'b'],
    ['a default for it', [{ index: '%{[none]}', default: 'd' }], 'd'],
    ['a mapping', [{ index: '%{[team]}', mappings: { web: 'Frontend' } }], 'Frontend'],
    ['a mapping that has it not', [{ index: '%{[team]}', mappings: { db: 'x' } }], 'rest'],
    [
      'a default beside a mapping',
      [{ index: '%{[team]}', mappings: { db: 'x' }, default: 'other' }],
      'other',
    ],
    ['the time', [{ index: 'l-%{+yyyy.MM}' }], 'l-2026.01'],
  ]
  for (const [what, rules, expected] of table) {
    it(`${what}: ${expected}`, () => expect(chosen(rules)).to.equal(expected))
  }

  it('has nothing for an event if neither a rule nor the text has', () => {
    expect(chosen([], '')).to.equal(undefined)
    expect(chosen([], '%{[none]}')).to.equal(undefined)
  })

  it('says all that is wrong, and where', () => {
    const rules = [
      'text',
      { index: 1 },
      { index: 'a', wen: isError },
      { index: '%{[a}', mappings: { a: 1 } },
      { index: '%{+QQ}', default: 1 },
      { index: 'a', when: { equal: {} } },
    ]
    const problems = chosen(rules, '%{')
    const expected = [
      /^indices\.0 must be a map, such as/,
      /^indices\.1\.index must be text/,
      /^indices\.2\.wen unknown key \(did you mean "when"\?\)/,
      /^indices\.3\.mappings must be a map of texts/,
      /^indices\.4\.default must be text/,
      /^indices\.4\.index "QQ"/,
      /^indices\.5\.when\.equal unknown condition/,
      /^index "%{" has no closing }/,
    ]
    expect(problems).to.have.length(expected.length)
    expected.forEach((each, at) => {
      expect(problems?.[at]).to.match(each)
    })
  })
})
