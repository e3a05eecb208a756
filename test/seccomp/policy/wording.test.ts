import { expect } from 'chai'
import { withOwnProcess } from '../../../lib/seccomp/policy/own-process.ts'
import { ACTIONS } from '../../../lib/seccomp/policy/policy.ts'
import { wordDefault } from '../../../lib/seccomp/policy/wording.ts'

const ENOSYS = { action: 'errno', errno: 'ENOSYS' }
const EPERM = { action: 'errno', errno: 'EPERM' }

describe('the answer to a call without a rule', () => {
  for (const name of [undefined, 'clone3', 'io_uring_setup']) {
    it(`is ENOSYS for ${name ?? 'an unknown number'}, whatever denies it`, () => {
      for (const action of ACTIONS) {
        const isOpen = ['trace', 'log', 'allow'].includes(action)
        expect(wordDefault(name, action), action).to.deep.equal(isOpen ? { action } : ENOSYS)
      }
    })
  }

  for (const name of [
    ...['close_range', 'copy_file_range', 'faccessat2', 'fchmodat2', 'futex_waitv', 'getrandom'],
    ...['memfd_create', 'openat2', 'preadv2', 'pwritev2', 'sendfile', 'statx'],
  ]) {
    it(`is ENOSYS for ${name} under errno alone, as its callers go on after that`, () => {
      for (const action of ACTIONS) {
        expect(wordDefault(name, action), action).to.deep.equal(
          action === 'errno' ? ENOSYS : { action },
        )
      }
    })
  }

  it('is the default action for any other, with EPERM', () => {
    for (const action of ACTIONS) {
      const verdict = action === 'errno' ? EPERM : { action }
      expect(wordDefault('mount', action)).to.deep.equal(verdict)
    }
  })
})

describe('signals of a process to itself', () => {
  it('are allowed beside all other rules, by its id', () => {
    const rule = {
      ...{ name: 'read', conditions: [], origin: 'x' },
      verdict: { action: 'allow' } as const,
    }
    const policy = { defaultAction: 'errno', defaultOrigin: 'x', rules: [rule] } as const
    const conditions = [{ argument: 0, operation: 'Equal', value: 1234n }]
    const own = { conditions, verdict: { action: 'allow' }, origin: 'default: signals to itself' }
    expect(withOwnProcess(policy, 1234)).to.deep.equal({
      ...policy,
      rules: [rule, { ...own, name: 'kill' }, { ...own, name: 'tgkill' }],
    })
  })
})
