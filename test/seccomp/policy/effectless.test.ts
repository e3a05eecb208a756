import { expect } from 'chai'
import {
  type Architecture,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { effectless } from '../../../lib/seccomp/policy/effectless.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
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
    // Whoever logs or traces every call has asked for something.
    for (const default_action of ['log', 'trace']) {
      expect(said({ default_action, syscalls: allow }), default_action).to.deep.equal([])
    }
  })

  it('is said with all conditions of the rule', () => {
    const [rule] = said(
      denying(
        { argument: 0, operation: 'GreaterThan', value: 0x1f },
        { argument: 0, operation: 'MaskedEqual', value: 1, mask: 0xff },
        { argument: 0, operation: 'BitsNotSet', value: 1 },
      ),
    )
    expect(rule).to.equal(
      'beat.yml:3: the rule for clone never matches: argument 0 GreaterThan 0x1f and ' +
        'argument 0 MaskedEqual 0x1 under 0xff and argument 0 BitsNotSet 0x1',
    )
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
})
