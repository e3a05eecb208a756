import { expect } from 'chai'
import { denies, isAllowed, isDenied } from '../../../lib/seccomp/policy/denies.ts'
import { ACTIONS, type Action } from '../../../lib/seccomp/policy/policy.ts'

const decision = (otherwise: Action, ...actions: readonly Action[]) => ({
  ...{ name: 'clone', number: 56, origin: 'test', otherwise: { action: otherwise } },
  rules: actions.map(action => {
    const conditions = [{ argument: 0, operation: 'Equal', value: 1n } as const]
    return { name: 'clone', conditions, verdict: { action }, origin: 'test' }
  }),
})

describe('whether a call is denied', () => {
  it('depends on the action: the kernel executes what is traced, logged or allowed (seccomp(2))', () => {
    expect(ACTIONS.filter(action => denies({ action }))).to.deep.equal([
      'kill_process',
      'kill_thread',
      'trap',
      'errno',
    ])
  })

  const TABLE: readonly (readonly [decision: ReturnType<typeof decision>, denied: string])[] = [
    [decision('errno'), 'always'],
    [decision('kill_process', 'trap', 'errno'), 'always'],
    [decision('log'), 'never'],
    [decision('allow', 'log', 'trace'), 'never'],
    [decision('errno', 'allow'), 'sometimes'],
    [decision('errno', 'trap', 'allow'), 'sometimes'],
    [decision('allow', 'errno'), 'sometimes'],
    [decision('allow', 'log', 'errno'), 'sometimes'],
  ]
  for (const [each, denied] of TABLE) {
    const rules = each.rules.map(({ verdict }) => verdict.action).join(', ') || 'no rule'
    it(`is so ${denied} with ${rules}, else ${each.otherwise.action}`, () => {
      expect([isDenied(each), isAllowed(each)]).to.deep.equal([
        denied === 'always',
        denied === 'never',
      ])
    })
  }
})
