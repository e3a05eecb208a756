import { expect } from 'chai'
import { SCMP_ACTIONS, SCMP_OPERATORS } from '../../../lib/seccomp/policy/scmp.ts'

describe('libseccomp’s names', () => {
  it('of actions: what seccomp_init(3) says that they do', () => {
    expect(Object.entries(SCMP_ACTIONS)).to.have.deep.members([
      // An alias of SCMP_ACT_KILL_THREAD.
      ['SCMP_ACT_KILL', 'kill_thread'],
      ['SCMP_ACT_KILL_THREAD', 'kill_thread'],
      ['SCMP_ACT_KILL_PROCESS', 'kill_process'],
      ['SCMP_ACT_TRAP', 'trap'],
      ['SCMP_ACT_ERRNO', 'errno'],
      ['SCMP_ACT_TRACE', 'trace'],
      ['SCMP_ACT_LOG', 'log'],
      ['SCMP_ACT_ALLOW', 'allow'],
    ])
  })

  it('of operators: those of seccomp_rule_add(3)', () => {
    expect(SCMP_OPERATORS).to.have.members(
      ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'].map(name => `SCMP_CMP_${name}`),
    )
  })
})
