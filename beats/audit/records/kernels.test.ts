import { expect } from 'chai'
import { callNames } from 'sealbeat/seccomp'
import { eventOf } from '../event.ts'
import { parseSeccomp } from './seccomp.ts'

/** Records that these kernels wrote while the conformance program ran on them (`make live-all`). */
const RECORDS: readonly (readonly [kernel: string, record: string, data: object])[] = [
  [
    'Linux 6.18, amd64: a call by int 0x80',
    'audit(1795613488.609:405725): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=25297 comm="node" exe="/usr/bin/node" sig=31 arch=40000003 syscall=20 compat=1 ip=0x7ffb6c5cadee code=0x80000000',
    { arch: 'i386', syscall: 'getpid', sig: 'SYS', action: 'kill_process', compat: '1' },
  ],
  [
    'Linux 6.1, arm64',
    'audit(1795613638.180:2): auid=4294967295 uid=0 gid=0 ses=4294967295 subj=unconfined pid=115 comm="node" exe="/usr/bin/node" sig=0 arch=c00000b7 syscall=155 compat=0 ip=0xffffb87e7c28 code=0x7ffc0000',
    { arch: 'aarch64', syscall: 'getpgid', sig: '0', action: 'log', subj: 'unconfined' },
  ],
  [
    'Linux 6.1, arm',
    'audit(1795614288.652:9): auid=4294967295 uid=0 gid=0 ses=4294967295 subj=unconfined pid=341 comm="node" exe="/usr/bin/node" sig=0 arch=40000028 syscall=288 compat=0 ip=0xb6d7f1a8 code=0x50000',
    { arch: 'arm', syscall: 'socketpair', action: 'errno', ip: '0xb6d7f1a8' },
  ],
  [
    'Linux 7.2, s390x, big-endian',
    'audit(1795613376.677:2): auid=4294967295 uid=0 gid=0 ses=4294967295 subj=unconfined pid=124 comm="MainThread" exe="/usr/bin/node" sig=0 arch=80000016 syscall=132 compat=0 ip=0x3ffad420ae2 code=0x7ffc0000',
    { arch: 's390x', syscall: 'getpgid', action: 'log' },
  ],
  [
    'Linux 7.2, riscv64',
    'audit(1795614548.068:2): auid=4294967295 uid=0 gid=0 ses=4294967295 subj=unconfined pid=118 comm="MainThread" exe="/usr/bin/node" sig=0 arch=c00000f3 syscall=155 compat=0 ip=0x7fffb57feea6 code=0x7ffc0000',
    { arch: 'riscv64', syscall: 'getpgid', action: 'log' },
  ],
]

describe('audit: records of real kernels', () => {
  for (const [kernel, text, data] of RECORDS) {
    it(kernel, async () => {
      const record = parseSeccomp(text)
      if (typeof record === 'string') throw new Error(record)
      const names = await callNames(record.arch)
      const unknown = { user: undefined, group: undefined, auditUser: undefined, parent: undefined }
      const event = eventOf(record, { names, ...unknown, labels: [], unreported: 0 })
      expect(Object(event['auditd']).data).to.include(data)
      expect(event['process']).to.deep.include({ executable: '/usr/bin/node' })
      expect(record.session).to.equal(undefined)
    })
  }
})
