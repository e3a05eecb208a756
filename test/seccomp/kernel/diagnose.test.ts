import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { returnValue } from '../../../lib/seccomp/compiler/ranges.ts'
import { diagnosed, diagnoseProblem, urgentNumbers } from '../../../lib/seccomp/kernel/diagnose.ts'
import { loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { formatVerdict, type Policy } from '../../../lib/seccomp/policy/policy.ts'
import { needsIsolation, needsLinux, runIsolated } from '../../live.ts'

describe('diagnose', () => {
  const CONFIG = { mode: 'extend', policy: undefined } as const

  it('traps what the default policy denies, with the errno, and nothing else', async () => {
    const policy = await loadPolicy('amd64', CONFIG, { needs: [] })
    if (!policy) throw new Error('amd64 has a default policy')
    expect(diagnoseProblem(policy)).to.equal(undefined)
    const visible = new Map(diagnosed(policy).decisions.map(each => [each.name, each]))
    for (const { name, otherwise } of policy.decisions) {
      const verdict = visible.get(name)?.otherwise
      const now = verdict && formatVerdict(verdict)
      if (otherwise.action === 'allow') expect(now, name).to.equal('allow')
      else if (now?.startsWith('trap')) expect(now, name).to.equal(`trap(${otherwise.errno})`)
      else expect(now, name).to.equal(formatVerdict(otherwise))
    }
    expect(visible.get('ptrace')?.otherwise).to.deep.equal({ action: 'trap', errno: 'EPERM' })
    expect(visible.get('copy_file_range')?.otherwise.action).not.to.equal('errno')
  })

  it('leaves alone what libc calls with all signals blocked', async () => {
    const policy = await loadPolicy('amd64', CONFIG, { needs: [] })
    const left =
      policy && diagnosed(policy).decisions.filter(each => each.otherwise.action === 'errno')
    expect(left?.map(({ name }) => name)).to.include.members(['clone', 'clone3', 'vfork', 'execve'])
  })

  it('is not to be had where programs are started: they would die of a denial', async () => {
    const architecture = await loadArchitecture('arm64')
    const policy: Policy = { defaultAction: 'allow', defaultOrigin: 'test', rules: [] }
    expect(diagnoseProblem(merge(architecture, [policy]))).to.match(/allows execve/)
  })

  it('carries the errno in the data of the trap, which a plain trap has not', async () => {
    const { errno } = await loadArchitecture('amd64')
    expect(returnValue({ action: 'trap', errno: 'EACCES' }, errno)).to.equal(0x0003000d)
    expect(returnValue({ action: 'trap' }, errno)).to.equal(0x00030000)
  })

  it('knows the urgent calls by number', async () => {
    const architecture = await loadArchitecture('amd64')
    const policy: Policy = { defaultAction: 'errno', defaultOrigin: 'test', rules: [] }
    expect(urgentNumbers(merge(architecture, [policy]))).to.include(63) // uname
  })

  describe('live', () => {
    let report: Report

    before(function () {
      needsLinux.call(this)
      needsIsolation.call(this)
      const { end, stdout, stderr } = runIsolated('diagnosed')
      expect(end, stderr).to.equal(0)
      expect(stderr, 'nothing urgent was denied').to.equal('')
      report = JSON.parse(stdout)
    })

    it('a denied call fails with its errno on every kind of thread, and the process lives', () => {
      expect(report.outcome).to.include({ state: 'installed', diagnose: true })
      expect(report.results).to.deep.equal({
        main: 'EACCES',
        onMain: { value: -1, errno: 1 },
        allowed: 0,
        pool: 'EACCES',
        byWorker: 'EACCES',
        pthread: { value: -1, errno: 1 },
      })
    })

    it('is noted with its name, errno, arguments and thread', () => {
      const { afterMain, first, afterPool, afterWorker } = report.denials
      const [socket] = afterMain.filter(({ name }) => name === 'socket')
      expect(socket).to.deep.include({ total: 1 })
      expect(socket?.sample?.errno).to.equal('EPERM')
      expect(socket?.sample?.arguments.slice(0, 3)).to.deep.equal(['0x2', '0x3', '0xff'])
      expect(socket?.sample?.thread).to.include({ id: report.pid, main: true })
      const threads = [first, afterPool, afterWorker].map(all => {
        return all.find(({ name }) => name.startsWith('mkdir'))?.sample?.thread.id
      })
      expect(threads[0]).to.equal(report.pid)
      expect(new Set(threads).size, 'three threads').to.equal(3)
    })

    it('is counted exactly, however often, with one sample at a look', () => {
      const [ptrace] = report.denials.afterMany.filter(({ name }) => name === 'ptrace')
      expect(ptrace?.total).to.equal(100_001)
      expect(ptrace?.sample?.thread.id).to.equal(report.thread)
      expect(report.totals).to.deep.include({ ptrace: 100_001, socket: 1 })
      expect(report.denials.last.filter(({ sample }) => sample)).to.deep.equal([])
    })

    it('says at once what may be the last that the process does', () => {
      const { end, stderr } = runIsolated('diagnosed', { args: ['urgent'] })
      expect(end).to.equal(0)
      expect(stderr).to.match(
        /^sealbeat: seccomp denied: system call uname \(\d+\) arch .* thread \d+\n$/,
      )
    })
  })
})

interface Noted {
  readonly name: string
  readonly total: number
  readonly sample?: {
    readonly errno: string
    readonly arguments: readonly string[]
    readonly thread: { readonly id: number }
  }
}

/** What test/programs/diagnosed.ts writes. */
interface Report {
  readonly outcome: unknown
  readonly pid: number
  readonly thread: number
  readonly results: unknown
  readonly denials: Readonly<
    Record<
      'first' | 'afterMain' | 'afterPool' | 'afterWorker' | 'afterMany' | 'last',
      readonly Noted[]
    >
  >
  readonly totals: unknown
}
