import { expect } from 'chai'
import { Assembly, type Violation } from './assembly.ts'
import { Domains } from './domains.ts'
import { TYPES } from './records/message-types.ts'
import { Unreadable } from './unreadable.ts'

type Written = readonly [type: keyof typeof TYPES, serial: number, text: string]

const FIELDS =
  'auid=1 uid=2 gid=3 ses=4 subj=LABEL pid=5 comm="x" exe="/x" sig=0 arch=c000003e syscall=1 compat=0 ip=0x1 code=0x50000'
const several = (serial: number): Written => ['seccomp', serial, FIELDS.replace('LABEL', '?')]
const single = (serial: number): Written => ['seccomp', serial, FIELDS.replace('LABEL', 'a')]
const labels = (serial: number): Written => [
  'mac_task_contexts',
  serial,
  'subj_selinux=a subj_apparmor=b c',
]
const denial = (serial: number, domain = '1f'): Written => [
  'landlock_access',
  serial,
  `domain=${domain} blockers=ptrace`,
]
const domain = (serial: number, id = '1f', pid = 9): Written => [
  'landlock_domain',
  serial,
  `domain=${id} status=allocated mode=enforcing pid=${pid} uid=0 exe="/x" comm="x"`,
]
const gone = (serial: number, id = '1f'): Written => [
  'landlock_domain',
  serial,
  `domain=${id} status=deallocated denials=1`,
]
const call = (serial: number): Written => [
  'syscall',
  serial,
  'arch=c000003e syscall=2 success=no exit=-13 ppid=1 pid=8 auid=1 uid=2 gid=3 tty=(none) ses=4 comm="y" exe="/y" key=(null)',
]
const end = (serial: number): Written => ['eoe', serial, '']

class Bench {
  readonly unreadable = new Unreadable()
  readonly assembly = new Assembly(this.unreadable)

  add(nowMs: number, ...written: readonly Written[]): readonly string[] {
    const records = written.map(([, serial, text]) => `audit(1.000:${serial}): ${text}`)
    return this.assembly
      .add({ records, types: written.map(([type]) => TYPES[type]) }, nowMs)
      .map(told)
  }
}

/** A violation in short: serial, and what is known besides. */
function told(violation: Violation): string {
  if ('record' in violation)
    return [violation.record.sequence, ...violation.labels.flat()].join(' ')
  const { denial, domain, call, labels: its } = violation
  return [
    denial.sequence,
    `domain of ${domain.restricted?.pid}`,
    `call of ${call?.pid}`,
    ...its.flat(),
  ].join(' ')
}

describe('audit: the records of one event', () => {
  it('a violation with one label waits for nothing', () => {
    const bench = new Bench()
    expect(bench.add(0, single(1), single(2))).to.deep.equal(['1', '2'])
    expect(bench.assembly.dueInMs(0)).to.equal(undefined)
  })

  it('a violation with several labels is complete when they come, whatever comes between', () => {
    const bench = new Bench()
    expect(bench.add(0, several(1), single(2), labels(3))).to.deep.equal(['2'])
    expect([bench.assembly.held, bench.assembly.dueInMs(30)]).to.deep.equal([1, 70])
    expect(bench.add(99, labels(1))).to.deep.equal(['1 subj_selinux a subj_apparmor b c'])
    expect(bench.assembly.held).to.equal(0)
  })

  it('a violation whose labels do not come is reported without them', () => {
    const bench = new Bench()
    expect(bench.add(0, several(1))).to.deep.equal([])
    expect(bench.add(99)).to.deep.equal([])
    expect(bench.add(100)).to.deep.equal(['1'])
    expect(bench.add(101, labels(1)), 'too late').to.deep.equal([])
  })

  it('what has come by the time it is due still belongs to it', () => {
    const bench = new Bench()
    bench.add(0, several(1))
    expect(bench.add(10_000, labels(1))).to.deep.equal(['1 subj_selinux a subj_apparmor b c'])
  })

  it('a denial is complete at the end of its event', () => {
    const bench = new Bench()
    const records = [denial(1), domain(1), call(1), labels(1), end(1)]
    expect(bench.add(0, ...records)).to.deep.equal([
      '1 domain of 9 call of 8 subj_selinux a subj_apparmor b c',
    ])
  })

  it('a denial knows whom the domain belongs to, although that has another serial number', () => {
    const bench = new Bench()
    expect(bench.add(0, denial(1), domain(2), denial(3), gone(4))).to.deep.equal([])
    expect(bench.add(100)).to.deep.equal([
      '1 domain of 9 call of undefined',
      '3 domain of 9 call of undefined',
    ])
  })

  it('a domain that is gone is forgotten', () => {
    const bench = new Bench()
    bench.add(0, domain(1), gone(2), denial(3))
    expect(bench.add(100)).to.deep.equal(['3 domain of undefined call of undefined'])
  })

  it('the domains that have not been seen for the longest time are forgotten', () => {
    const domains = new Domains()
    const restricted = { pid: 1, uid: 0, comm: 'x', exe: '/x' }
    domains.get('a').restricted = restricted
    domains.get('b').restricted = restricted
    for (let id = 0; id < 1023; id++) {
      domains.get('a')
      domains.get(String(id))
    }
    expect(domains.size).to.equal(1024)
    expect([domains.get('a').restricted, domains.get('b').restricted]).to.deep.equal([
      restricted,
      undefined,
    ])
  })

  it('if too many wait, the first one goes, and none is lost', () => {
    const bench = new Bench()
    const serials = Array.from({ length: 5000 }, (_, at) => at)
    const early = bench.add(0, ...serials.map(serial => denial(serial)))
    expect(early).to.have.lengthOf(5000 - 4096)
    expect(early[0]).to.equal('0 domain of undefined call of undefined')
    expect(bench.assembly.held).to.equal(4096)
    expect(bench.add(100)).to.have.lengthOf(4096)
  })

  it('violations of one event stay in order', () => {
    const { assembly } = new Bench()
    const records = [5, 6, 7].map(pid => `audit(1.000:1): ${FIELDS.replace('pid=5', `pid=${pid}`)}`)
    const types = records.map(() => TYPES.seccomp)
    const texts = records.map(text => text.replace('LABEL', '?'))
    assembly.add({ records: texts, types }, 0)
    const violations = assembly.add({ records: [], types: [] }, 100)
    expect(violations.map(each => 'record' in each && each.record.pid)).to.deep.equal([5, 6, 7])
  })

  it('a call that can not be read takes the place of none', () => {
    const bench = new Bench()
    const garbage: Written = ['syscall', 1, 'garbage']
    expect(bench.add(0, denial(1), call(1), garbage, end(1))).to.deep.equal([
      '1 domain of undefined call of 8',
    ])
  })

  it('a record of a domain that can not be read is counted', () => {
    const bench = new Bench()
    bench.add(0, ['landlock_domain', 1, 'garbage'])
    expect(bench.unreadable.due(0).map(({ type, reason }) => [type, reason])).to.deep.equal([
      ['landlock_domain', 'no domain'],
    ])
  })

  it('what belongs to other events is passed over', () => {
    const bench = new Bench()
    expect(bench.add(0, call(1), labels(1), end(1), ['syscall', 2, 'garbage'])).to.deep.equal([])
    bench.add(0, denial(3), ['syscall', 2, 'garbage'])
    expect(bench.unreadable.waiting).to.equal(0)
    expect(bench.add(100)).to.have.lengthOf(1)
  })

  it('what belongs to it and can not be read is counted, and the violation is reported', () => {
    const bench = new Bench()
    const records = [
      denial(1),
      ['syscall', 1, 'garbage'],
      ['mac_task_contexts', 1, ''],
      end(1),
    ] as const
    expect(bench.add(0, ...records)).to.deep.equal(['1 domain of undefined call of undefined'])
    expect(bench.unreadable.due(0).map(({ type, reason }) => [type, reason])).to.deep.equal([
      ['syscall', 'no pid'],
      ['mac_task_contexts', 'no label'],
    ])
  })
})
