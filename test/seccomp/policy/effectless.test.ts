import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Architecture,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { effectless } from '../../../lib/seccomp/policy/effectless.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { type Condition, OPERATIONS } from '../../../lib/seccomp/policy/policy.ts'
import { policy } from './policies.ts'

type Test = Readonly<Record<string, unknown>>

describe('what of a policy has no effect', () => {
  let amd64: Architecture
  before(async () => {
    amd64 = await loadArchitecture('amd64')
  })

  const said = (section: object) => effectless(merge(amd64, [policy(section, 'beat.yml:3')]))
  const denying = (...tests: readonly Test[]) => ({
    default_action: 'allow',
    syscalls: [{ action: 'errno', names_with_args: [{ name: 'clone', arguments: tests }] }],
  })
  const NOTHING = /^this policy denies nothing: the default action is allow \(beat\.yml:3\)/

  it('is said of one that denies nothing', () => {
    const allow = [{ action: 'allow', names: ['read'] }]
    expect(said({ default_action: 'allow', syscalls: allow })).to.have.length(1)
    expect(said({ default_action: 'allow', syscalls: allow })[0]).to.match(NOTHING)
    expect(said({ default_action: 'errno', syscalls: allow })).to.deep.equal([])
    expect(
      said({ default_action: 'allow', syscalls: [{ action: 'errno', names: ['mount'] }] }),
    ).to.deep.equal([])
    expect(said(denying({ argument: 0, operation: 'Equal', value: 1 }))).to.deep.equal([])
  })

  const NEVER: readonly (readonly Test[])[] = [
    [{ argument: 0, operation: 'MaskedEqual', value: 1000, mask: 0xff00 }],
    [{ argument: 1, operation: 'BitsSet', value: 0 }],
    [{ argument: 2, operation: 'LessThan', value: 0 }],
    [{ argument: 2, operation: 'GreaterThan', value: '0xffffffffffffffff' }],
    [
      { argument: 0, operation: 'Equal', value: 1 },
      { argument: 0, operation: 'Equal', value: 2 },
    ],
    [
      { argument: 0, operation: 'Equal', value: 1 },
      { argument: 0, operation: 'NotEqual', value: 1 },
    ],
    [
      { argument: 0, operation: 'GreaterThan', value: 5 },
      { argument: 0, operation: 'LessThan', value: 6 },
    ],
    [
      { argument: 0, operation: 'BitsSet', value: 6 },
      { argument: 0, operation: 'BitsNotSet', value: 7 },
    ],
    [
      { argument: 0, operation: 'MaskedEqual', value: 1, mask: 3 },
      { argument: 0, operation: 'BitsNotSet', value: 1 },
    ],
  ]
  for (const tests of NEVER) {
    it(`is said of a rule with ${JSON.stringify(tests)}`, () => {
      const [rule = '', whole = ''] = said(denying(...tests))
      expect(rule).to.match(/^beat\.yml:3: the rule for clone never matches: argument \d /)
      expect(whole, 'nothing else denies').to.match(NOTHING)
    })
  }

  it('is said of no rule that some call can match', () => {
    const SMALL = 8
    const value = fc.integer({ min: 0, max: SMALL - 1 })
    const test = fc.record({
      argument: fc.constant(0),
      operation: fc.constantFrom(...OPERATIONS),
      value,
      mask: value,
    })
    fc.assert(
      fc.property(fc.array(test, { minLength: 1, maxLength: 4 }), tests => {
        const written = tests.map(({ mask, ...each }) =>
          each.operation === 'MaskedEqual' ? { ...each, mask } : each,
        )
        const isNever = said(denying(...written)).some(line => line.includes('never matches'))
        const values = Array.from({ length: 4 * SMALL }, (_, at) => BigInt(at))
        const matched = values.find(given =>
          tests.every(({ operation, value, mask }) =>
            meets({ operation, value: BigInt(value), mask: BigInt(mask) }, given),
          ),
        )
        if (isNever) expect(matched, JSON.stringify(written)).to.equal(undefined)
      }),
      { numRuns: 800 },
    )
  })
})

/** The plain reading. */
function meets(
  { operation, value, mask = 0n }: Pick<Condition, 'operation' | 'value' | 'mask'>,
  given: bigint,
): boolean {
  switch (operation) {
    case 'Equal':
      return given === value
    case 'NotEqual':
      return given !== value
    case 'GreaterThan':
      return given > value
    case 'LessThan':
      return given < value
    case 'GreaterOrEqual':
      return given >= value
    case 'LessOrEqual':
      return given <= value
    case 'BitsSet':
      return (given & value) !== 0n
    case 'BitsNotSet':
      return (given & value) === 0n
    case 'MaskedEqual':
      return (given & mask) === value
  }
}
