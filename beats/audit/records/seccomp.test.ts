import { expect } from 'chai'
import { callNames } from 'sealbeat/seccomp'
import { eventOf, subjectOf } from '../event.ts'
import { parseSeccomp } from './seccomp.ts'

const PLAIN =
  'audit(1795613005.841:12): auid=1000 uid=33 gid=34 ses=7 pid=13096 comm="flood" exe="/usr/bin/node" ' +
  'sig=0 arch=c000003e syscall=110 compat=0 ip=0x7f176fa3f829 code=0x50000'

function recordOf(text: string) {
  const record = parseSeccomp(text)
  if (typeof record === 'string') throw new Error(`${record}: ${text}`)
  return record
}

/** The event of a record, without any details from elsewhere. */
async function event(text: string) {
  const record = recordOf(text)
  const names = await callNames(record.arch)
  const unknown = { user: undefined, group: undefined, auditUser: undefined, parent: undefined }
  return JSON.parse(
    JSON.stringify(eventOf(record, { names, ...unknown, labels: [], unreported: 0 })),
  )
}

describe('audit: a record of the kernel', () => {
  it('becomes an event with the field names of Auditbeat (S13, S14)', async () => {
    expect(await event(PLAIN)).to.deep.equal({
      '@timestamp': '2026-11-25T13:23:25.841Z',
      message: 'flood (pid 13096) violated its seccomp policy with getppid: errno',
      event: {
        kind: 'event',
        category: ['process', 'intrusion_detection'],
        action: 'violated-seccomp-policy',
        type: ['denied'],
        outcome: 'failure',
        dataset: 'audit.seccomp',
      },
      process: { pid: 13096, name: 'flood', executable: '/usr/bin/node' },
      user: { id: '33', group: { id: '34' }, audit: { id: '1000' } },
      auditd: {
        sequence: 12,
        message_type: 'seccomp',
        session: '7',
        data: {
          arch: 'x86_64',
          syscall: 'getppid',
          syscall_number: 110,
          sig: '0',
          code: '0x50000',
          action: 'errno',
          ip: '0x7f176fa3f829',
          compat: '0',
        },
      },
    })
  })

  const CODES: readonly (readonly [code: string, action: string, type: string])[] = [
    ['0x80000000', 'kill_process', 'denied'],
    ['0x0', 'kill_thread', 'denied'],
    ['0x30000', 'trap', 'denied'],
    ['0x50000', 'errno', 'denied'],
    ['0x7fc00000', 'user_notif', 'denied'],
    ['0x7ff00000', 'trace', 'denied'],
    ['0x7ffc0000', 'log', 'allowed'],
    ['0x7fff0000', 'allow', 'allowed'],
    ['0x12340000', 'unknown', 'denied'],
  ]
  for (const [code, action, type] of CODES) {
    it(`says that ${code} is ${action}`, async () => {
      const found = await event(PLAIN.replace('0x50000', code))
      expect(found.auditd.data).to.deep.include({ code, action })
      expect(found.event.type).to.deep.equal([type])
      expect(found.event.outcome).to.equal(type === 'allowed' ? 'success' : 'failure')
      expect(found.message).to.equal(
        `flood (pid 13096) violated its seccomp policy with getppid: ${action}`,
      )
    })
  }

  it('names the error if the kernel reports it, by the numbers of the architecture', async () => {
    const found = await event(PLAIN.replace('0x50000', '0x50026'))
    expect(found.auditd.data).to.include({ action: 'errno', errno: 'ENOSYS' })
    expect(found.message).to.match(/ with getppid: errno ENOSYS$/)
    expect((await event(PLAIN.replace('0x50000', '0x50001'))).auditd.data.errno).to.equal('EPERM')
    expect((await event(PLAIN.replace('0x50000', '0x50fff'))).auditd.data.errno).to.equal('4095')
    const strange = PLAIN.replace('0x50000', '0x50026').replace('c000003e', '8000000f')
    expect((await event(strange)).auditd.data.errno).to.equal('38')
    const trapped = await event(PLAIN.replace('0x50000', '0x30026'))
    expect(trapped.auditd.data).not.to.have.property('errno')
    const mips = PLAIN.replace('0x50000', '0x50059').replace('c000003e', 'c0000008')
    expect((await event(mips)).auditd.data).to.include({ arch: 'mipsel64', errno: 'ENOSYS' })
  })

  const NAMES: readonly (readonly [written: string, name: string | undefined])[] = [
    ['61206222', 'a b"'],
    ['C3A9', 'é'],
    ['FF', '\ufffd'],
    ['"DEAD"', 'DEAD'],
    ['(null)', undefined],
    ['', undefined],
    ['""', ''],
    ['"cut', 'cut'],
    ['"', ''],
  ]
  for (const [written, name] of NAMES) {
    it(`reads the name ${written}`, () => {
      expect(recordOf(PLAIN.replace('"flood"', written)).comm).to.equal(name)
    })
  }

  it('knows x32, and numbers that are in no table', async () => {
    const x32 = await event(PLAIN.replace('syscall=110', 'syscall=1073741863'))
    expect(x32.auditd.data).to.include({ arch: 'x86_64', syscall: 'getpid' })
    const none = await event(PLAIN.replace('syscall=110', 'syscall=-1'))
    expect(none.auditd.data).to.include({ syscall: '4294967295', syscall_number: 0xffffffff })
    const strange = await event(PLAIN.replace('c000003e', '8000000f'))
    expect(strange.auditd.data).to.include({ arch: '0x8000000f', syscall: '110' })
  })

  it('accepts labels with spaces, and ids that are not set', async () => {
    const labelled = PLAIN.replace('ses=7', 'ses=4294967295 subj=snap.x (enforce)')
    const found = await event(labelled.replace('auid=1000', 'auid=4294967295'))
    expect(found.auditd).to.deep.include({ session: 'unset' })
    expect(found.auditd.data.subj).to.equal('snap.x (enforce)')
    expect(found.user.audit.id).to.equal('unset')
    expect(found.process.pid).to.equal(13096)
  })

  it('takes the owner for unknown where it is missing, as the kernel writes it', () => {
    const { uid, gid } = recordOf(PLAIN.replace(' uid=', ' u=').replace(' gid=', ' g='))
    expect([uid, gid]).to.deep.equal([0xffffffff, 0xffffffff])
  })

  it('has no signal and no address where they are missing', () => {
    const { sig, ip } = recordOf(PLAIN.replace(' sig=', ' s=').replace(' ip=', ' i='))
    expect([sig, ip]).to.deep.equal([0, '0x0'])
  })

  it('names the signal, by its number if it has no name', async () => {
    for (const [sig, name] of [
      ['0', '0'],
      ['31', 'SYS'],
      ['99', '99'],
    ]) {
      const found = await event(PLAIN.replace(/ sig=\d+/, ` sig=${sig}`))
      expect(found.auditd.data.sig).to.equal(name)
    }
  })

  const LABELS: readonly (readonly [written: string, label: string | undefined])[] = [
    ['unconfined', 'unconfined'],
    ['=snap.x', 'snap.x'], // AppArmor before Linux 5.18
    ['=snap.x (enforce)', 'snap.x (enforce)'],
    ['a=b =c', 'a=b =c'],
    ['system_u:system_r:init_t:s0-s0:c0.c1023', 'system_u:system_r:init_t:s0-s0:c0.c1023'],
    ['evil pid=1 comm="cron" code=0x7ffc0000', 'evil pid=1 comm="cron" code=0x7ffc0000'],
    ['?', '?'],
    ['', undefined],
    ['=', undefined],
  ]
  for (const [written, label] of LABELS) {
    it(`reads the label ${written || 'that is empty'}, and nothing else from it`, () => {
      const record = recordOf(PLAIN.replace('ses=7', `ses=7 subj=${written}`))
      expect(record).to.deep.equal({ ...recordOf(PLAIN), subject: label })
    })
  }

  it('is told without the name of a process that has none', async () => {
    const found = await event(PLAIN.replace('"flood"', '(null)'))
    expect(found.message).to.match(/^A process \(pid 13096\) violated its seccomp policy with /)
    expect(found.process).to.deep.equal({ pid: 13096, executable: '/usr/bin/node' })
  })

  it('tells of a single violation that was not reported', async () => {
    const record = recordOf(PLAIN)
    const unknown = { user: undefined, group: undefined, auditUser: undefined, parent: undefined }
    const { auditd } = eventOf(record, { names: undefined, ...unknown, labels: [], unreported: 1 })
    expect(Object(auditd).unreported).to.equal(1)
  })

  it('has the label of the process, or those that come in another record', () => {
    const others = [['obj_selinux', 'etc_t']] as const
    expect(subjectOf(undefined, [])).to.deep.equal({})
    expect(subjectOf('snap.x', [])).to.deep.equal({ subj: 'snap.x' })
    expect(subjectOf('?', []), 'the other record has not come').to.deep.equal({ subj: '?' })
    expect(subjectOf('?', others)).to.deep.equal({ obj_selinux: 'etc_t' })
    expect(subjectOf(undefined, others)).to.deep.equal({ obj_selinux: 'etc_t' })
    expect(subjectOf('x', others)).to.deep.equal({ subj: 'x', obj_selinux: 'etc_t' })
  })

  const REFUSED: readonly (readonly [text: string, reason: string])[] = [
    ['', 'no time and serial number'],
    ['login pid=1', 'no time and serial number'],
    [`x ${PLAIN}`, 'no time and serial number'],
    [PLAIN.replace(':12)', ':12345678901)'), 'no time and serial number'],
    ['audit(1.000:1): ', 'no pid'],
    [PLAIN.replace(' pid=13096', ''), 'no pid'],
    [PLAIN.replace('pid=13096', 'pid=-1'), 'no pid'],
    [PLAIN.replace('ses=7 pid=13096', 'ses=7 subj=x'), 'no pid'],
    [PLAIN.replace('arch=c000003e', 'arch=x86'), 'no arch'],
    [PLAIN.replace('arch=c', 'arch=xc'), 'no arch'],
    [PLAIN.replace('c000003e', 'c000003ex'), 'no arch'],
    [PLAIN.replace('c000003e', 'c0x3e'), 'no arch'],
    [PLAIN.replace('c000003e', '1c000003e'), 'no arch'],
    [PLAIN.replace('syscall=', 'sys='), 'no syscall'],
    [PLAIN.replace('=110', '=x110'), 'no syscall'],
    [PLAIN.replace('=110', '=110x'), 'no syscall'],
    [PLAIN.replace('=13096', '=13096x'), 'no pid'],
    [PLAIN.replace('=13096', '=12345678901'), 'no pid'],
    [PLAIN.replace('code=0x50000', ''), 'no code'],
  ]
  for (const [text, reason] of REFUSED) {
    it(`is refused, with the reason: ${reason}: ${text.slice(0, 40)}`, () => {
      expect(parseSeccomp(text)).to.equal(reason)
    })
  }
})
