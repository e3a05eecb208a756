import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { AuditCounts } from '../../../lib/seccomp/record/audit-counts.ts'
import { parseRecord, serialOf } from '../../../lib/seccomp/record/audit-record.ts'
import { learnPolicy } from '../../../lib/seccomp/record/learn.ts'

/** Records as Linux 6.18 writes them. */
const FIELDS = 'auid=4294967295 uid=0 gid=0 ses=4294967295 subj=unconfined'
const OPENAT = `type=SECCOMP msg=audit(1764000000.123:456): ${FIELDS} pid=4321 comm="node" exe="/usr/bin/node" sig=0 arch=c000003e syscall=257 compat=0 ip=0x7f0 code=0x7ffc0000`
const KERNEL_LOG = `audit: type=1326 audit(1764000000.124:459): ${FIELDS} pid=4321 comm="node" exe="/usr/bin/node" sig=0 arch=c000003e syscall=41 compat=0 ip=0x7f0 code=0x7ffc0000`

describe('seccomp record: from the audit log', () => {
  it('reads the records of auditd and of the kernel, and nothing else', () => {
    const record = { pid: 4321, arch: 0xc000003e, syscall: 257, code: 0x7ffc0000 }
    expect(parseRecord(OPENAT)).to.deep.equal(record)
    expect(parseRecord(KERNEL_LOG)).to.deep.equal({ ...record, syscall: 41 })
    expect(parseRecord(OPENAT.replace('SECCOMP', 'SYSCALL'))).to.equal(undefined)
    expect(parseRecord(OPENAT.replace('code=0x7ffc0000', ''))).to.equal(undefined)
    expect(parseRecord('')).to.equal(undefined)
    expect([serialOf(OPENAT), serialOf('nothing')]).to.deep.equal([456, undefined])
  })

  it('counts what one process has had logged, and the records that are missing', async () => {
    const counts = new AuditCounts(await loadArchitecture('amd64'))
    counts.add(OPENAT, 4321)
    counts.add(OPENAT, 1) // of another process
    counts.add(OPENAT.replace('0x7ffc0000', '0x50026'), 4321) // denied
    counts.add(KERNEL_LOG, 4321)
    counts.add(KERNEL_LOG.replace('syscall=41', 'syscall=9999'), 4321)
    counts.add(KERNEL_LOG.replace('c000003e', '40000003'), 4321)
    const { kinds, unknown, foreign } = counts.counts()
    expect(kinds.map(({ name, count }) => [name, count])).to.deep.equal([
      ['openat', 1],
      ['socket', 1],
    ])
    expect([...unknown, foreign]).to.deep.equal([[9999, 1], 1])
    expect(counts.lost, '457 and 458').to.equal(2)
  })

  it('allows a call whatever its arguments, which nobody has seen', async () => {
    const architecture = await loadArchitecture('amd64')
    const counts = new AuditCounts(architecture)
    counts.add(KERNEL_LOG, 4321)
    counts.add(KERNEL_LOG.replace('syscall=41', 'syscall=9'), 4321)
    const { rules } = learnPolicy(architecture, counts.counts())
    for (const name of ['socket', 'mmap']) {
      const found = rules.filter(rule => rule.name === name)
      expect(found.map(({ conditions, origin }) => [conditions, origin])).to.deep.equal([
        [[], '1 call, first in run, arguments not seen'],
      ])
    }
  })
})
