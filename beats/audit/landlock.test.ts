import { expect } from 'chai'
import { OwnViolations } from './details/own.ts'
import { TYPES } from './records/message-types.ts'
import { Reporter } from './report.ts'

const NOBODY = { user: () => undefined, group: () => undefined }

/** The events of these records, of processes that are not the agent. */
async function eventsOf(
  ...written: readonly (readonly [type: keyof typeof TYPES, text: string])[]
) {
  const reporter = new Reporter(NOBODY, new OwnViolations(() => false), () => 42)
  const batch = {
    records: written.map(([, text]) => text),
    types: written.map(([type]) => TYPES[type]),
  }
  const events = [
    ...(await reporter.report(batch, 0)),
    ...(await reporter.report({ records: [], types: [] }, 100)),
  ]
  return JSON.parse(JSON.stringify(events))
}

const denial = (rest: string, stamp = 'audit(1795687297.924:4)') =>
  ['landlock_access', `${stamp}: domain=159ace838 ${rest}`] as const

// As Linux 7.2 writes them; recorded.test.ts has some byte for byte.
const DOMAIN = [
  'landlock_domain',
  'audit(1795687297.908:3): domain=159ace838 status=allocated mode=enforcing pid=97 uid=0 exe="/init" comm=73616E6420626F786572',
] as const
const CALL = [
  'syscall',
  'audit(1795687297.924:4): arch=c00000f3 syscall=56 success=no exit=-13 a0=ffffffffffffff9c a1=53af0 a2=0 a3=0 items=0 ppid=97 pid=99 auid=1000 uid=33 gid=34 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=7 comm="kid" exe="/init" subj=unconfined key=(null)',
] as const
const END = ['eoe', 'audit(1795687297.924:4): '] as const

describe('audit: a denial by Landlock', () => {
  const EVENT = {
    kind: 'event',
    category: ['process', 'intrusion_detection', 'file'],
    action: 'violated-landlock-policy',
    type: ['denied'],
    outcome: 'failure',
    dataset: 'audit.landlock',
  }

  it('is one event, of the process that restricted itself', async () => {
    const path = denial(
      'blockers=fs.read_file path=2F6574632F77697468207370616365 dev="rootfs" ino=11',
    )
    expect(await eventsOf(path, DOMAIN)).to.deep.equal([
      {
        '@timestamp': '2026-11-26T10:01:37.924Z',
        message:
          'sand boxer (pid 97) violated its Landlock policy: fs.read_file of /etc/with space',
        event: EVENT,
        process: { pid: 97, name: 'sand boxer', executable: '/init', parent: { pid: 42 } },
        user: { id: '0' },
        file: { path: '/etc/with space', device: 'rootfs', inode: '11' },
        auditd: {
          sequence: 4,
          message_type: 'landlock_access',
          data: { domain: '159ace838', blockers: ['fs.read_file'] },
        },
      },
    ])
  })

  it('is of the process that made the call where the kernel audits system calls', async () => {
    const path = denial('blockers=fs.remove_file,fs.refer path="/run" dev="rootfs" ino=8')
    expect(await eventsOf(DOMAIN, path, CALL, END)).to.deep.equal([
      {
        '@timestamp': '2026-11-26T10:01:37.924Z',
        message: 'kid (pid 99) violated its Landlock policy: fs.remove_file, fs.refer of /run',
        event: EVENT,
        process: { pid: 99, name: 'kid', executable: '/init', parent: { pid: 97 } },
        user: { id: '33', group: { id: '34' }, audit: { id: '1000' } },
        file: { path: '/run', device: 'rootfs', inode: '8' },
        auditd: {
          sequence: 4,
          message_type: 'landlock_access',
          session: '7',
          data: {
            domain: '159ace838',
            blockers: ['fs.remove_file', 'fs.refer'],
            arch: 'riscv64',
            syscall: 'openat',
            syscall_number: 56,
            exit: '-13',
            subj: 'unconfined',
          },
        },
      },
    ])
  })

  it('has the numbers of a call and an architecture that are in no table', async () => {
    const dataOf = async (call: string) => {
      const [event] = await eventsOf(DOMAIN, denial('blockers=ptrace'), ['syscall', call], END)
      const { arch, syscall, syscall_number } = event.auditd.data
      return [arch, syscall, syscall_number]
    }
    const unknown = CALL[1].replace('syscall=56', 'syscall=9999')
    expect(await dataOf(unknown)).to.deep.equal(['riscv64', '9999', 9999])
    const strange = CALL[1].replace('c00000f3', '8000000f')
    expect(await dataOf(strange)).to.deep.equal(['0x8000000f', '56', 56])
  })

  it('leaves out the group and the login where the record of the call has none', async () => {
    const path = denial('blockers=fs.refer path="/run" dev="rootfs" ino=8')
    const bare = [CALL[0], CALL[1].replace(' gid=34', '').replace(' auid=1000', '')] as const
    const [event] = await eventsOf(DOMAIN, path, bare, END)
    expect(event.user).to.deep.equal({ id: '33', audit: { id: 'unset' } })
  })

  it('has the labels of several security modules, of the process and of the file', async () => {
    const several = CALL[1].replace('subj=unconfined', 'subj=?')
    const stamp = several.slice(0, several.indexOf(' '))
    const [event] = await eventsOf(
      denial('blockers=fs.execute path="/x" dev="vda2" ino=351'),
      ['syscall', several],
      [
        'mac_task_contexts',
        `${stamp} subj_selinux=system_u:x_t:s0 subj_apparmor==snap.x (enforce)`,
      ],
      ['mac_obj_contexts', `${stamp} obj_selinux=system_u:object_r:etc_t:s0`],
      END,
    )
    expect(event.auditd.data).to.deep.include({
      subj_selinux: 'system_u:x_t:s0',
      subj_apparmor: 'snap.x (enforce)',
      obj_selinux: 'system_u:object_r:etc_t:s0',
    })
    expect(event.auditd.data).not.to.have.property('subj')
  })

  it('names no process if none is known', async () => {
    const [event] = await eventsOf(denial('blockers=ptrace opid=1 ocomm="init"'))
    expect(event).not.to.have.any.keys('process', 'user', 'file', 'source', 'destination')
    expect(event.auditd).not.to.have.any.keys('session', 'unreported')
  })

  // As the kernel writes each kind, and what the event says of it.
  const KINDS: readonly (readonly [
    written: string,
    kind: string[],
    object: object,
    data: object,
  ])[] = [
    [
      'blockers=fs.make_dir path="/etc" dev="rootfs" ino=9',
      ['file'],
      { file: { path: '/etc', device: 'rootfs', inode: '9' } },
      {},
    ],
    [
      'blockers=fs.execute,fs.read_file path="/init" dev="rootfs" ino=5',
      ['file'],
      { file: { path: '/init', device: 'rootfs', inode: '5' } },
      {},
    ],
    [
      'blockers=net.connect_tcp daddr=127.0.0.1 dest=9200',
      ['network'],
      { destination: { ip: '127.0.0.1', port: 9200 } },
      {},
    ],
    [
      'blockers=net.connect_tcp daddr=::1 dest=443',
      ['network'],
      { destination: { ip: '::1', port: 443 } },
      {},
    ],
    [
      'blockers=net.bind_tcp saddr=127.0.0.1 src=9200',
      ['network'],
      { source: { ip: '127.0.0.1', port: 9200 } },
      {},
    ],
    ['blockers=net.bind_tcp src=80', ['network'], { source: { port: 80 } }, {}],
    [
      'blockers=net.connect_tcp laddr=10.0.0.1 lport=5 faddr=10.0.0.2 fport=6 netif=eth0',
      ['network'],
      { source: { ip: '10.0.0.1', port: 5 }, destination: { ip: '10.0.0.2', port: 6 } },
      { netif: 'eth0' },
    ],
    ['blockers=scope.signal opid=1 ocomm="init"', [], {}, { opid: '1', ocomm: 'init' }],
    ['blockers=ptrace opid=1 ocomm=6120622263', [], {}, { opid: '1', ocomm: 'a b"c' }],
    [
      'blockers=scope.abstract_unix_socket path=006162732078',
      [],
      { destination: { address: '@abs x' } },
      {},
    ],
    [
      'blockers=fs.resolve_unix path="/etc/sock" dev="rootfs" ino=13',
      ['file'],
      { file: { path: '/etc/sock', device: 'rootfs', inode: '13' } },
      {},
    ],
    [
      'blockers=fs.change_topology path="/run" dev="rootfs" ino=8',
      ['file'],
      { file: { path: '/run', device: 'rootfs', inode: '8' } },
      {},
    ],
    [
      'blockers=fs.change_topology name="x" dev="rootfs" ino=8',
      ['file'],
      { file: { name: 'x', device: 'rootfs', inode: '8' } },
      {},
    ],
    [
      'blockers=fs.ioctl_dev path="/dev/tty" dev="devtmpfs" ino=12 ioctlcmd=0x5401',
      ['file'],
      { file: { path: '/dev/tty', device: 'devtmpfs', inode: '12' } },
      { ioctlcmd: '0x5401' },
    ],
    ['blockers=fs.truncate path="<no_memory>"', ['file'], { file: { path: '<no_memory>' } }, {}],
    ['blockers=unknown', [], {}, {}],
    ['blockers=ptrace opid=1 ocomm=(null)', [], {}, { opid: '1', ocomm: '(null)' }],
    ['blockers=net.bind_tcp,fs.execute', ['file', 'network'], {}, {}],
  ]
  for (const [written, about, object, data] of KINDS) {
    it(`says what was denied: ${written}`, async () => {
      const [event, ...more] = await eventsOf(denial(written))
      expect(more).to.deep.equal([])
      const { '@timestamp': _, message, event: its, auditd, ...rest } = event
      expect(its.category).to.deep.equal(['process', 'intrusion_detection', ...about])
      expect(rest).to.deep.equal(object)
      const blockers = /blockers=(\S+)/.exec(written)?.[1]?.split(',')
      expect(auditd.data).to.deep.equal({ domain: '159ace838', blockers, ...data })
      const { file, destination } = rest
      const what = file?.path ?? destination?.address
      expect(message).to.equal(
        `A process of domain 159ace838 violated its Landlock policy: ${blockers?.join(', ')}` +
          (what === undefined ? '' : ` of ${what}`),
      )
    })
  }

  it('may come twice in one call: of a renaming, both folders', async () => {
    const events = await eventsOf(
      denial('blockers=fs.remove_file,fs.refer path="/run" dev="rootfs" ino=8'),
      denial('blockers=fs.make_reg,fs.refer path="/etc" dev="rootfs" ino=9'),
      CALL,
      END,
    )
    expect(
      events.map((event: { file: object; process: object }) => [event.file, event.process]),
    ).to.deep.equal([
      [{ path: '/run', device: 'rootfs', inode: '8' }, events[1].process],
      [{ path: '/etc', device: 'rootfs', inode: '9' }, events[0].process],
    ])
    expect(events[0].process.pid).to.equal(99)
  })

  it('by the agent itself is reported once a minute, with the number of the others', async () => {
    const reporter = new Reporter(NOBODY, new OwnViolations(({ pid }) => pid === 97))
    const records = [1, 2, 3].map(serial =>
      denial('blockers=net.connect_tcp daddr=::1 dest=443', `audit(1795687297.924:${serial})`),
    )
    const batch = [...records, DOMAIN]
    const reportAt = async (nowMs: number) => {
      await reporter.report(
        { records: batch.map(([, text]) => text), types: batch.map(([type]) => TYPES[type]) },
        nowMs,
      )
      return (await reporter.report({ records: [], types: [] }, nowMs + 100)).map(
        ({ auditd }) => Object(auditd).unreported,
      )
    }
    expect(await reportAt(0)).to.deep.equal([undefined])
    expect(await reportAt(1000)).to.deep.equal([])
    expect(await reportAt(61_000)).to.deep.equal([5])
    batch.splice(0, 2)
    expect(await reportAt(62_000)).to.deep.equal([])
    expect(await reportAt(122_000)).to.deep.equal([3])
    expect(await reportAt(123_000)).to.deep.equal([])
    expect(await reportAt(183_000), 'a single one').to.deep.equal([1])
  })
})
