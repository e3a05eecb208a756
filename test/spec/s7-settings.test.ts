import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation } from '../live.ts'
import { conduct, DEATH_BY_SIGSYS, stageLines } from './lab.ts'

/** On no whitelist; asks without changing anything. */
const UNLISTED = 'personality 4294967295'

describe('S7, S8: enabled and default_action', () => {
  const place = new Workplace()
  before(needsIsolation)
  after(() => place.remove())

  it('S7: enabled: false loads no filter, and says so', async () => {
    const found = await conduct(place, { beat: 'caller', seccomp: 'seccomp.enabled: false' })
    expect(found.code).to.equal(0)
    const [line, ...more] = stageLines(found)
    expect(line).to.include({
      'log.level': 'info',
      message: 'Syscall filter is disabled by configuration',
    })
    expect(more).to.deep.equal([])
    for (const thread of Object.values(found.events[0]?.['threads'] ?? {})) {
      expect(thread).to.deep.include({ seccomp: 0, noNewPrivs: 0 })
    }
  })

  it('S7: enabled by default, and by enabled: true', async () => {
    for (const seccomp of ['', 'seccomp: { enabled: true }']) {
      const { events } = await conduct(place, { beat: 'caller', seccomp })
      for (const thread of Object.values(events[0]?.['threads'] ?? {})) {
        expect(thread).to.deep.include({ seccomp: 2, noNewPrivs: 1 })
      }
    }
  })

  const withDefault = (action: string) =>
    conduct(place, {
      beat: 'caller',
      settings: { calls: [UNLISTED], by: 'pthread' },
      seccomp: `seccomp: { default_action: ${action}, syscalls: [{ action: allow, names: [ptrace] }] }`,
    })

  const ANSWERS: Readonly<Record<string, unknown>> = {
    errno: 'EPERM',
    trace: 'ENOSYS',
    kill_thread: 'did not return',
    log: 0,
    allow: 0,
  }
  for (const [action, answer] of Object.entries(ANSWERS)) {
    it(`S8: default_action: ${action} answers a call that nothing names`, async () => {
      const { code, events } = await withDefault(action)
      expect(events[0]?.['answers']).to.deep.equal({ [UNLISTED]: answer })
      expect(code).to.equal(0)
    })
  }

  for (const action of ['trap', 'kill_process']) {
    it(`S8: default_action: ${action} ends the process for one`, async () => {
      const { code, log } = await withDefault(action)
      expect(code).to.equal(DEATH_BY_SIGSYS)
      expect(log.at(-1)?.message, 'it came as far as that').to.equal('Beat started')
    })
  }
})
