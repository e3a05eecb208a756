import { expect } from 'chai'
import { recordOfNode } from '../../../lib/seccomp/architectures/architecture.ts'
import { probeKernel, verifySealed } from '../../../lib/seccomp/kernel/kernel.ts'
import { ACTIONS } from '../../../lib/seccomp/policy/policy.ts'
import { needsIsolation, needsLinux, runIsolated, skip } from '../../live.ts'

/** As the audit tools call this machine. */
const MACHINE = recordOfNode(process.arch)?.names.audit

describe('kernel', () => {
  before(needsLinux)

  it('finds every flag and action on a kernel of today, and changes nothing by asking', () => {
    const before = verifySealed(1).unsealed.length
    const kernel = probeKernel()
    expect(kernel).to.deep.include({ available: true, seccomp: true })
    if (!kernel.available) return
    expect(kernel.flags).to.deep.equal({ tsync: true, log: true, tsyncEsrch: true })
    expect([...kernel.actions]).to.deep.equal([...ACTIONS])
    expect(verifySealed(1).unsealed.length).to.equal(before)
  })

  describe('a filter that denies mkdir', () => {
    let report: Report

    before(function () {
      needsIsolation.call(this)
      report = JSON.parse(runIsolated('sealed').stdout)
    })

    it('is over the main thread, the pool, workers old and new, and a pthread', () => {
      const { before, installed, after } = report
      expect(before.pool).to.equal('ENOENT')
      expect(installed).to.deep.equal({})
      expect(after).to.deep.include({
        main: 'EPERM',
        pool: 'EPERM',
        early: { mkdir: 'EPERM', install: 'NOT_MAIN_THREAD' },
        late: { mkdir: 'EPERM', install: 'NOT_MAIN_THREAD' },
        raw: { value: -1, errno: 1 },
      })
    })

    it('shows on every thread, where there was none before', () => {
      const { before, after } = report
      expect(before.sealing.unsealed).to.have.length(before.sealing.threads)
      expect(before.sealing.threads).to.be.greaterThan(4)
      expect(after.sealing.unsealed).to.deep.equal([])
      expect(after.sealing.threads).to.be.greaterThan(before.sealing.threads)
      expect(after.inherited).to.equal(before.inherited + 1)
    })

    it('is installed once, and not by a worker', () => {
      expect(report.byWorker).to.deep.equal({ mkdir: 'ENOENT', install: 'NOT_MAIN_THREAD' })
      expect(report.again.code).to.equal('EALREADY')
      expect(report.last).to.equal('EPERM')
    })

    it('leaves the kernel to be asked', () => {
      expect(report.kernel).to.deep.include({ available: true, seccomp: true })
    })
  })

  describe('behind another filter', () => {
    before(needsIsolation)

    it('counts the filter, and knows its answer, on every thread', () => {
      const { stdout } = runIsolated('outer/pretended', { args: ['honest'] })
      const { inherited, ...report } = JSON.parse(stdout)
      expect(inherited).to.be.at.least(1)
      expect(report).to.deep.include({ before: false, proven: true, installed: {}, unsealed: 0 })
    })

    it('finds out one that answers seccomp(2) itself, with success', () => {
      const { stdout } = runIsolated('outer/pretended', { args: ['lying'] })
      const { inherited, threads, ...report } = JSON.parse(stdout)
      expect(inherited).to.be.at.least(1)
      // The kernel has heard of nothing.
      expect(report).to.deep.equal({
        before: false,
        installed: {},
        proven: false,
        unsealed: threads,
      })
    })
  })

  describe('a refused filter', () => {
    before(needsIsolation)

    it('names the thread that has a filter of its own, and says so again the next time', () => {
      const { id, result, again, sealing } = JSON.parse(runIsolated('unsynced').stdout)
      expect(result).to.deep.include({ code: 'THREAD_NOT_SYNCHRONISED', thread: id })
      expect(again).to.deep.equal(result)
      expect(sealing.unsealed).to.have.length(sealing.threads - 1)
    })

    it('tells the error and what it means', () => {
      const { empty, malformed, behind, supported } = JSON.parse(runIsolated('refused').stdout)
      expect(empty.error).to.equal('EINVAL: the kernel does not accept the program')
      expect(malformed).to.deep.equal(empty)
      expect(behind.code).to.equal('ENOSYS')
      expect(supported, 'a filter that hides seccomp(2) is not a kernel without it').to.equal(true)
    })
  })

  describe('a trapped call', () => {
    before(needsIsolation)

    const line = (call: string) =>
      new RegExp(`^sealbeat: seccomp trap: system call ${call} at 0x[0-9a-f]+ thread \\d+\n$`)
    const rows: readonly (readonly [where: string, name: string, said: RegExp])[] = [
      ['main', 'ptrace', line(`ptrace \\(\\d+\\) arch ${MACHINE}`)],
      ['worker', 'ptrace', line(`ptrace \\(\\d+\\) arch ${MACHINE}`)],
      ['pthread', 'ptrace', line(`ptrace \\(\\d+\\) arch ${MACHINE}`)],
      ['main', 'write', line(`write \\(\\d+\\) arch ${MACHINE}`)],
      ['main', 'gettid', /system call gettid \(\d+\) arch \w+ at 0x[0-9a-f]+\n$/],
      ['everything', 'ptrace', /^$/], // the line itself is trapped: no loop
      ['killed', 'ptrace', /^$/], // by a plain `kill -SYS`: nothing was trapped
    ]
    for (const [where, name, said] of rows) {
      it(`${name} (${where}) ends the process by SIGSYS, with its line`, () => {
        const { end, stdout, stderr } = runIsolated('trapped', { args: [where, name] })
        expect(end).to.equal('SIGSYS')
        expect(stdout).to.equal('')
        expect(stderr).to.match(said)
      })
    }

    it('by another ABI is named by its number alone', function () {
      if (process.arch !== 'x64') skip(this, 'this machine has one ABI')
      const int80 = runIsolated('trapped', { args: ['int80', 'getuid'] })
      expect(int80.end).to.equal('SIGSYS')
      expect(int80.stderr).to.match(line('102 arch i386'))
      const x32 = runIsolated('trapped', { args: ['x32', 'ptrace'] })
      expect(x32.stderr).to.match(line('1073741925 arch x86_64'))
    })

    it('ends even the first process of a namespace, which a plain SIGSYS does not', () => {
      const trapped = runIsolated('trapped', { args: ['main', 'ptrace'], asInit: true })
      expect(trapped.end).to.equal('SIGSYS')
      expect(trapped.stderr).to.match(line(`ptrace \\(\\d+\\) arch ${MACHINE}`))
      const killed = runIsolated('trapped', { args: ['killed', 'ptrace'], asInit: true })
      expect(killed).to.deep.equal({ end: 0, stdout: 'survived\n', stderr: '' })
    })
  })
})

interface Sealing {
  readonly threads: number
  readonly unsealed: readonly unknown[]
}

/** What test/programs/sealed.ts writes. */
interface Report {
  readonly before: { readonly inherited: number; readonly pool: string; readonly sealing: Sealing }
  readonly after: { readonly inherited: number; readonly sealing: Sealing }
  readonly byWorker: unknown
  readonly installed: unknown
  readonly again: { readonly code: string }
  readonly last: string
  readonly kernel: unknown
}
