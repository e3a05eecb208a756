import { expect } from 'chai'
import {
  type Condition,
  conditionsKey,
  formatCondition,
  formatVerdict,
} from '../../../lib/seccomp/policy/policy.ts'
import { PolicyError } from '../../../lib/seccomp/policy/policy-error.ts'

const EQUAL: Condition = { argument: 0, operation: 'Equal', value: 0x1fn }
const MASKED: Condition = { argument: 5, operation: 'MaskedEqual', value: 0n, mask: 0x1fn }

describe('a policy in print', () => {
  it('has the verdict with its error, and numbers in hexadecimal', () => {
    expect(formatVerdict({ action: 'allow' })).to.equal('allow')
    expect(formatVerdict({ action: 'errno', errno: 'ENOSYS' })).to.equal('errno(ENOSYS)')
    expect(formatCondition(EQUAL)).to.equal('argument 0 Equal 0x1f')
    expect(formatCondition(MASKED)).to.equal('argument 5 MaskedEqual 0x0 under 0x1f')
  })

  it('has one key for the same conditions in any order', () => {
    const key = 'argument 0 Equal 0x1f and argument 5 MaskedEqual 0x0 under 0x1f'
    expect(conditionsKey({ conditions: [EQUAL, MASKED] })).to.equal(key)
    expect(conditionsKey({ conditions: [MASKED, EQUAL] })).to.equal(key)
    expect(conditionsKey({ conditions: [] })).to.equal('')
  })

  it('is refused with a code, and with the calls if some are to blame', () => {
    const refusal = new PolicyError('PROGRAM_TOO_LARGE', 'too large')
    const { name, code, message, names } = refusal
    expect({ name, code, message, names }).to.deep.equal({
      ...{ name: 'PolicyError', code: 'PROGRAM_TOO_LARGE', message: 'too large', names: [] },
    })
  })
})
