import { readFileSync, readlinkSync } from 'node:fs'
import { expect } from 'chai'
import { OwnViolations } from './details/own.ts'
import { lossWarning } from './lost.ts'
import { typesFor } from './records/message-types.ts'
import { parseSeccomp } from './records/seccomp.ts'
import { Reporter } from './report.ts'
import { Unreadable } from './unreadable.ts'

/** A violation of a kind by a process. */
function by(pid: number, syscall: number) {
  const text = `audit(1.000:1): uid=0 pid=${pid} comm="x" arch=c000003e syscall=${syscall} code=0x50000`
  const parsed = parseSeccomp(text)
  if (typeof parsed === 'string') throw new Error(parsed)
  return [`syscall ${syscall}`, parsed] as const
}

describe('audit: violations of the agent itself', () => {
  it('are reported once a minute for each system call, with the number that were not', () => {
    const own = new OwnViolations(({ pid }) => pid === 1)
    expect(own.decide(...by(1, 5), 0)).to.deep.equal({ unreported: 0 })
    expect(own.decide(...by(1, 5), 1)).to.equal(undefined)
    expect(own.decide(...by(1, 5), 59_999)).to.equal(undefined)
    expect(own.decide(...by(1, 6), 59_999)).to.deep.equal({ unreported: 0 })
    expect(own.decide(...by(1, 5), 60_000)).to.deep.equal({ unreported: 2 })
    expect(own.decide(...by(1, 5), 60_001)).to.equal(undefined)
  })

  it('do not suppress those of other processes', () => {
    const own = new OwnViolations(({ pid }) => pid === 1)
    for (let now = 0; now < 3; now++) {
      expect(own.decide(...by(2, 5), now)).to.deep.equal({ unreported: 0 })
    }
  })
})

describe('audit: violations by nobody that is known', () => {
  it('are treated as those of the agent, which may be their cause', () => {
    const own = new OwnViolations(() => false)
    expect(own.decide('1f fs.execute', undefined, 0)).to.deep.equal({ unreported: 0 })
    expect(own.decide('1f fs.execute', undefined, 1)).to.equal(undefined)
    expect(own.decide('2f fs.execute', undefined, 1)).to.deep.equal({ unreported: 0 })
  })

  it('are remembered by their last report', () => {
    const own = new OwnViolations(() => false)
    own.decide('old', undefined, 0)
    for (let kind = 1; kind < 1024; kind++) own.decide(String(kind), undefined, 0)
    expect(own.decide('old', undefined, 1)).to.equal(undefined)
    expect(own.decide('old', undefined, 60_000)).to.deep.equal({ unreported: 1 })
    // A kind too many: the oldest report is no longer that of `old`.
    own.decide('new', undefined, 60_000)
    expect(own.decide('old', undefined, 60_001)).to.equal(undefined)
    expect(own.decide('1', undefined, 60_001)).to.deep.equal({ unreported: 0 })
    expect(own.decide('old', undefined, 120_000), 'told once').to.deep.equal({ unreported: 1 })
  })

  it('are counted, however many kinds there are', () => {
    const own = new OwnViolations(() => false)
    const kinds = Array.from({ length: 3000 }, (_, at) => `${at} ptrace`)
    let reported = 0
    let unreported = 0
    const decide = (kind: string, nowMs: number) => {
      const decision = own.decide(kind, undefined, nowMs)
      if (decision) reported++
      unreported += decision?.unreported ?? 0
    }
    for (const kind of kinds) for (let time = 0; time < 3; time++) decide(kind, time)
    for (const kind of kinds) decide(kind, 100_000)
    for (const kind of kinds) decide(kind, 200_000)
    expect(reported).to.equal(9000)
    // Those of the kinds that are remembered now have been told of, one round later at the latest.
    for (const kind of kinds.slice(-1024)) decide(kind, 300_000)
    expect(unreported).to.equal(6000)
  })
})

describe('audit: records that can not be read', () => {
  it('are reported at once, and then once a minute, by type and reason', () => {
    const unreadable = new Unreadable()
    expect([unreadable.due(0), unreadable.dueInMs(0)]).to.deep.equal([[], undefined])
    unreadable.add('seccomp', 'no pid', 'a')
    expect(unreadable.dueInMs(5)).to.equal(0)
    expect(unreadable.due(5)).to.deep.equal([
      { type: 'seccomp', reason: 'no pid', count: 1, text: 'a' },
    ])
    unreadable.add('seccomp', 'no pid', 'b')
    unreadable.add('seccomp', 'no arch', 'c')
    unreadable.add('seccomp', 'no pid', 'd')
    expect([unreadable.waiting, unreadable.dueInMs(1005)]).to.deep.equal([3, 59_000])
    expect(unreadable.due(60_004)).to.deep.equal([])
    expect(
      unreadable.due(60_005).map(({ reason, count, text }) => [reason, count, text]),
    ).to.deep.equal([
      ['no pid', 2, 'd'],
      ['no arch', 1, 'c'],
    ])
    expect(unreadable.waiting).to.equal(0)
  })
})

describe('audit: lost records', () => {
  it('are reported at once and then once a minute', () => {
    const warned: number[] = []
    const warn = lossWarning(lost => warned.push(lost))
    warn(0, 0)
    warn(3, 1)
    warn(4, 2)
    expect(warned).to.deep.equal([3])
    warn(5, 60_000)
    expect(warned).to.deep.equal([3])
    warn(1, 60_001)
    expect(warned).to.deep.equal([3, 10])
    warn(0, 200_000)
    expect(warned).to.deep.equal([3, 10])
  })
})

describe('audit: events of this machine', () => {
  const SECCOMP =
    'auid=1000 uid=33 gid=34 ses=7 pid=5 comm="x" exe="/x" arch=c000003e syscall=1 code=0x50000'
  const batchOf = (type: number, ...rests: readonly string[]) => ({
    types: rests.map(() => type),
    records: rests.map((rest, at) => `audit(1.000:${at}): ${rest}`),
  })
  const accounts = { user: (id: number) => `user${id}`, group: (id: number) => `group${id}` }

  it('have names of users and groups, and one look for the parent of each process', async () => {
    const looked: number[] = []
    const reporter = new Reporter(accounts, new OwnViolations(() => false), ({ pid }) =>
      looked.push(pid),
    )
    const other = SECCOMP.replace('pid=5', 'pid=6').replace('auid=1000', 'auid=4294967295')
    const [first, , third] = await reporter.report(batchOf(1326, SECCOMP, SECCOMP, other), 0)
    expect(first?.['user']).to.deep.equal({
      id: '33',
      name: 'user33',
      group: { id: '34', name: 'group34' },
      audit: { id: '1000', name: 'user1000' },
    })
    expect(third?.['user']).to.deep.include({ audit: { id: 'unset' } })
    expect([looked, Object(third?.['process']).parent]).to.deep.equal([[5, 6], { pid: 2 }])
  })

  it('have the names for denials by Landlock, too', async () => {
    const reporter = new Reporter(accounts, new OwnViolations(() => false), () => undefined)
    const call = `${SECCOMP} ppid=3 key=(null)`
    const types = [1423, 1300, 1320]
    const records = ['domain=1f blockers=ptrace', call, ''].map(rest => `audit(1.000:1): ${rest}`)
    const [event] = await reporter.report({ types, records }, 0)
    expect(event?.['user']).to.deep.equal({
      id: '33',
      name: 'user33',
      group: { id: '34', name: 'group34' },
      audit: { id: '1000', name: 'user1000' },
    })
    expect(event?.['process']).to.deep.equal({
      pid: 5,
      name: 'x',
      executable: '/x',
      parent: { pid: 3 },
    })
    expect(Object(event?.['auditd']).data).not.to.have.property('exit')
    const owner = 'domain=2f status=allocated pid=5 uid=33 exe="/x" comm="x"'
    const its = [owner, 'domain=2f blockers=ptrace'].map(rest => `audit(1.000:2): ${rest}`)
    await reporter.report({ types: [1424, 1423], records: its }, 0)
    const [ofDomain] = await reporter.report({ types: [], records: [] }, 100)
    expect(ofDomain?.['user']).to.deep.equal({ id: '33', name: 'user33' })
  })

  it('know this process, and no other', async function () {
    if (process.platform !== 'linux') {
      console.log('    skipped: not Linux')
      return this.skip()
    }
    const auid = readFileSync('/proc/self/loginuid', 'utf8')
    const exe = readlinkSync('/proc/self/exe')
    const own = SECCOMP.replace('pid=5', `pid=${process.pid}`)
      .replace('"/x"', `"${exe}"`)
      .replace('auid=1000', `auid=${auid}`)
    const reporter = new Reporter(accounts)
    expect(await reporter.report(batchOf(1326, own, own, own), 0)).to.have.lengthOf(1)
    expect(reporter.suppressed).to.equal(2)
    expect(await reporter.report(batchOf(1326, SECCOMP, SECCOMP), 0)).to.have.lengthOf(2)
    const [, again] = await reporter.report(batchOf(1326, SECCOMP, own), 60_000)
    expect(Object(again?.['auditd']).unreported).to.equal(2)
  })

  it('wait for as long as the first of what waits', async () => {
    const reporter = new Reporter(accounts, new OwnViolations(() => false), () => undefined)
    expect(reporter.dueInMs(0)).to.equal(undefined)
    await reporter.report(batchOf(1326, 'garbage'), 0)
    expect(reporter.dueInMs(0)).to.equal(0)
    expect(reporter.unreadable(0)).to.have.lengthOf(1)
    await reporter.report(batchOf(1326, 'garbage'), 10)
    await reporter.report(batchOf(1423, 'domain=1f blockers=ptrace'), 10)
    expect([reporter.dueInMs(20), reporter.waiting]).to.deep.equal([90, 2])
    expect(reporter.dueInMs(500), 'what is overdue is due now').to.equal(0)
  })
})

describe('audit: what it reads', () => {
  it('are records of seccomp with their labels, and of Landlock if that is wanted', () => {
    expect(typesFor({ landlock: false })).to.deep.equal([1326, 1420])
    expect(typesFor({ landlock: true })).to.deep.equal([1300, 1320, 1326, 1420, 1421, 1423, 1424])
  })
})
