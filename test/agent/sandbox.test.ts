import { expect } from 'chai'
import { sandbox } from '../../lib/agent/sandbox.ts'
import type { Outcome } from '../../lib/seccomp/kernel/outcome.ts'
import { listeningLog } from './lines.ts'

const FAILED: Outcome = { state: 'failed', code: 'KERNEL_REFUSED', reason: 'EPERM', hint: 'ask' }

const PROCESS = { addCloser: () => undefined, logging: { isShown: () => false } }

/** As much of a plan as the stage looks at. */
function planOf(outcome: Outcome, required: boolean) {
  const seccomp = {
    enabled: true,
    required,
    log: true,
    diagnose: false,
    late_libraries: 'allow',
    mode: 'extend',
    policy: undefined,
  } as const
  const sandbox = { ready: false, outcome } as const
  return { sandbox, stacks: undefined, config: { seccomp, logging: { to_stderr: false } } } as const
}

describe('agent: the sandbox stage', () => {
  const ROWS: readonly (readonly [outcome: Outcome, line: string])[] = [
    [{ state: 'disabled' }, 'info: Syscall filter is disabled by configuration'],
    [{ state: 'not-linux' }, 'debug: Syscall filtering is only supported on Linux'],
    [
      { state: 'no-kernel-support' },
      'info: Syscall filter could not be installed because the kernel does not support seccomp',
    ],
    [{ state: 'no-policy' }, 'debug: No seccomp policy is defined'],
    [FAILED, 'error: Syscall filter could not be installed'],
  ]
  for (const [outcome, expected] of ROWS) {
    it(`${outcome.state}: logged in the words of the specification, and no reason to end`, () => {
      const { log, lines } = listeningLog()
      expect(enter(outcome, false, log)).to.equal(outcome)
      expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).to.deep.equal([expected])
    })

    it(`${outcome.state}: the end of an agent that requires its filter`, () => {
      const { log } = listeningLog()
      expect(() => enter(outcome, true, log))
        .to.throw(/seccomp\.required is true/)
        .with.property('code', 'SANDBOX_REQUIRED')
    })
  }

  it('says what kept the start without io_uring from happening', () => {
    const { log, lines } = listeningLog()
    const plan = planOf({ state: 'disabled' }, false)
    sandbox({ plan, log, agentProcess: PROCESS }, { code: 'LOOP', reason: 'still open' })
    expect(lines[0]).to.include({ level: 'warn', msg: 'The start without io_uring failed' })
    expect(lines[0]?.['error']).to.deep.equal({ code: 'LOOP', message: 'still open' })
  })

  function enter(outcome: Outcome, required: boolean, log: ReturnType<typeof listeningLog>['log']) {
    return sandbox({ plan: planOf(outcome, required), log, agentProcess: PROCESS }, undefined)
      .outcome
  }
})
