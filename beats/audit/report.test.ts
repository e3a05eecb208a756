import { expect } from 'chai'
import { OwnViolations } from './details/own.ts'
import { TYPES } from './records/message-types.ts'
import { Reporter } from './report.ts'

const NOBODY = { user: () => undefined, group: () => undefined }
const AGENT = 97

type Violator = Parameters<OwnViolations['decide']>[1]

/** Reports records of which each is an event of its own, and tells of whom it was asked. */
function reporterOf(agent = AGENT) {
  const asked: Violator[] = []
  const own = new OwnViolations(violator => {
    asked.push(violator)
    return violator.pid === agent
  })
  const reporter = new Reporter(NOBODY, own, () => undefined)
  let serial = 0
  const told = async (...written: readonly (readonly [keyof typeof TYPES, string])[]) => {
    const records = written.map(([, rest]) => `audit(1.000:${++serial}): ${rest}`)
    const types = written.map(([type]) => TYPES[type])
    const events = [
      ...(await reporter.report({ records, types }, 0)),
      ...(await reporter.report({ records: [], types: [] }, 100)),
    ]
    return events.map(({ auditd }) => Object(auditd).data)
  }
  return { asked, reporter, told }
}

const seccomp = (syscall: number, pid = AGENT) =>
  ['seccomp', `uid=0 pid=${pid} comm="x" arch=c000003e syscall=${syscall} code=0x50000`] as const
const denial = (domain: string, blockers: string) =>
  ['landlock_access', `domain=${domain} blockers=${blockers}`] as const
const domain = (id: string, pid = AGENT) =>
  ['landlock_domain', `domain=${id} status=allocated pid=${pid} uid=0 exe="/x" comm="x"`] as const

describe('audit: what is reported of the agent itself', () => {
  it('is each system call once, in words', async () => {
    const { reporter, told } = reporterOf()
    const data = await told(seccomp(1), seccomp(2), seccomp(1), seccomp(2), seccomp(2))
    expect(data.map(({ arch, syscall }) => [arch, syscall])).to.deep.equal([
      ['x86_64', 'write'],
      ['x86_64', 'open'],
    ])
    expect(reporter.suppressed).to.equal(3)
  })

  it('is each right that Landlock denies it once, in whatever domain', async () => {
    const { told } = reporterOf()
    const data = await told(
      ...[domain('1f'), domain('2f')],
      ...[denial('1f', 'fs.execute'), denial('2f', 'fs.execute'), denial('1f', 'ptrace')],
      denial('1f', 'fs.execute,fs.refer'),
    )
    expect(data.map(each => [each.domain, each.blockers.join()])).to.deep.equal([
      ['1f', 'fs.execute'],
      ['1f', 'ptrace'],
      ['1f', 'fs.execute,fs.refer'],
    ])
  })

  it('may be what nobody is known to have done: each right of each such domain once', async () => {
    const { asked, told } = reporterOf()
    const data = await told(
      ...[denial('1f', 'fs.execute'), denial('2f', 'fs.execute'), denial('1f', 'fs.execute')],
      denial('1f', 'ptrace'),
    )
    expect(data.map(each => [each.domain, each.blockers.join()])).to.deep.equal([
      ['1f', 'fs.execute'],
      ['2f', 'fs.execute'],
      ['1f', 'ptrace'],
    ])
    expect(asked).to.deep.equal([])
  })

  it('is told by the process of the call, not by the one that made the domain', async () => {
    const call =
      'arch=c000003e syscall=2 ppid=1 pid=99 auid=7 uid=0 gid=0 ses=4 comm="y" exe="/y" key=(null)'
    const stamp = (rest: string) => `audit(1.000:5): ${rest}`
    const types = [TYPES.landlock_domain, TYPES.landlock_access, TYPES.syscall, TYPES.eoe]
    const records = [domain('1f')[1], denial('1f', 'ptrace')[1], call, ''].map(stamp)
    const batch = { types, records }
    const child = reporterOf()
    expect(await child.reporter.report(batch, 0)).to.have.lengthOf(1)
    expect(await child.reporter.report(batch, 1), 'a child of the agent').to.have.lengthOf(1)
    expect(child.asked.map(each => [each?.pid, each?.auid])).to.deep.equal([
      [99, 7],
      [99, 7],
    ])
    const agent = reporterOf(99)
    expect(await agent.reporter.report(batch, 0)).to.have.lengthOf(1)
    expect(await agent.reporter.report(batch, 1)).to.have.lengthOf(0)
  })

  it('is asked of a domain without a login, which its record does not have', async () => {
    const { asked, told } = reporterOf()
    await told(domain('1f', 5), denial('1f', 'ptrace'))
    expect(asked.map(each => [each?.pid, each?.exe, each?.auid])).to.deep.equal([[5, '/x', null]])
  })
})
