import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync } from 'node:fs'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsLinux, programFile, skip } from '../live.ts'
import { observe } from './lab.ts'
import { type ThreadStatus, threadStatuses } from './thread-status.ts'

const NOBODY = 65534
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']

describe('S1: a filter is loaded at process start-up', () => {
  let place: Workplace
  before(needsLinux)
  beforeEach(() => {
    place = new Workplace()
  })
  afterEach(() => place.remove())

  it('S1: over every thread, before the first beat runs, as the user of this test', async () => {
    const { pid, threads, log } = await started()
    expectSealed(threads)
    const messages = log.map(({ message }) => message)
    const installed = messages.indexOf('Syscall filter successfully installed')
    expect(installed).to.be.greaterThan(-1).and.below(messages.indexOf('Beat started'))
    expect(log[installed]).to.have.property('log.level', 'info')
    expect(log.find(({ message }) => message === 'Starting')).to.include({ pid })
  })

  it('S1: as an ordinary user, whom no_new_privs lets do it', async function () {
    if (process.getuid?.() !== 0) skip(this, 'the other test ran as an ordinary user')
    const [program = '', ...args] = [...AS_NOBODY, 'test', '-r', programFile('sealed')]
    if (spawnSync(program, args).status !== 0) skip(this, 'user 65534 may not read this folder')
    chmodSync(place.folder, 0o755)
    chownSync(place.folder, NOBODY, NOBODY)
    const { threads } = await started(AS_NOBODY)
    expectSealed(threads)
  })

  async function started(through: readonly string[] = []) {
    const agent = observe(place, { beat: 'caller', settings: { stay: true }, through })
    await agent.logged('Beat started')
    const threads = threadStatuses(agent.pid)
    agent.child.kill('SIGTERM')
    const { code, log } = await agent.ended()
    expect(code).to.equal(0)
    return { pid: agent.pid, threads, log }
  }
})

function expectSealed(threads: readonly ThreadStatus[]): void {
  expect(threads.length, 'main, V8, pool and two raw threads').to.be.greaterThan(6)
  for (const { seccomp, noNewPrivs } of threads) {
    expect({ seccomp, noNewPrivs }).to.deep.equal({ seccomp: 2, noNewPrivs: 1 })
  }
}
