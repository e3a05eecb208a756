import { expect } from 'chai'
import { OwnViolations } from './details/own.ts'
import { Reporter } from './report.ts'

// Every message of the group while a program restricted itself and read /etc/passwd, and then a child of it did.
// Linux 7.2 on riscv64, byte for byte, with the type of each in front.

/** With `audit_enabled` set before the program was started. */
const AUDITED = `
<1423> audit(1795687298.316:20): domain=159ace842 blockers=fs.read_file path="/etc/passwd" dev="rootfs" ino=10
<1424> audit(1795687298.316:20): domain=159ace842 status=allocated mode=enforcing pid=98 uid=0 exe="/init" comm=73616E6420626F786572
<1300> audit(1795687298.316:20): arch=c00000f3 syscall=56 success=no exit=-13 a0=ffffffffffffff9c a1=53ae0 a2=0 a3=0 items=0 ppid=1 pid=98 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=73616E6420626F786572 exe="/init" subj=unconfined key=(null)
<1327> audit(1795687298.316:20): proctitle="/init"
<1320> audit(1795687298.316:20): 
<1423> audit(1795687298.320:21): domain=159ace842 blockers=fs.read_file path="/etc/passwd" dev="rootfs" ino=10
<1300> audit(1795687298.320:21): arch=c00000f3 syscall=56 success=no exit=-13 a0=ffffffffffffff9c a1=53ae0 a2=0 a3=0 items=0 ppid=98 pid=99 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="kid" exe="/init" subj=unconfined key=(null)
<1327> audit(1795687298.320:21): proctitle="/init"
<1320> audit(1795687298.320:21): 
<1424> audit(1795687298.372:22): domain=159ace842 status=deallocated denials=2
`

/** The same with the rule `never,task`, with which the kernel audits no system calls. */
const UNAUDITED = `
<1423> audit(1795687300.596:45): domain=159ace84d blockers=fs.read_file path="/etc/passwd" dev="rootfs" ino=10
<1424> audit(1795687300.596:46): domain=159ace84d status=allocated mode=enforcing pid=102 uid=0 exe="/init" comm=73616E6420626F786572
<1423> audit(1795687300.600:47): domain=159ace84d blockers=fs.read_file path="/etc/passwd" dev="rootfs" ino=10
<1424> audit(1795687300.660:48): domain=159ace84d status=deallocated denials=2
`

async function eventsOf(recorded: string) {
  const messages = [...recorded.matchAll(/^<(\d+)> (.*)$/gm)]
  const batch = {
    types: messages.map(([, type]) => Number(type)),
    records: messages.map(([, , text = '']) => text),
  }
  const nobody = { user: () => undefined, group: () => undefined }
  const reporter = new Reporter(nobody, new OwnViolations(() => false), () => undefined)
  const events = await reporter.report(batch, 0)
  const late = await reporter.report({ records: [], types: [] }, 100)
  expect([reporter.waiting, reporter.unreadable(100)]).to.deep.equal([0, []])
  return JSON.parse(JSON.stringify({ events, late }))
}

describe('audit: denials by Landlock as a kernel recorded them', () => {
  const file = { path: '/etc/passwd', device: 'rootfs', inode: '10' }

  it('are complete at once where system calls are audited, and are each of its own process', async () => {
    const { events, late } = await eventsOf(AUDITED)
    expect(late).to.deep.equal([])
    expect(
      events.map(({ auditd, process }: { auditd: { sequence: number }; process: object }) => [
        auditd.sequence,
        process,
      ]),
    ).to.deep.equal([
      [20, { pid: 98, name: 'sand boxer', executable: '/init', parent: { pid: 1 } }],
      [21, { pid: 99, name: 'kid', executable: '/init', parent: { pid: 98 } }],
    ])
    for (const event of events) {
      expect(event.file).to.deep.equal(file)
      expect(event.user).to.deep.equal({ id: '0', group: { id: '0' }, audit: { id: 'unset' } })
      expect(event.auditd.session).to.equal('unset')
      expect(event.auditd.data).to.deep.equal({
        domain: '159ace842',
        blockers: ['fs.read_file'],
        arch: 'riscv64',
        syscall: 'openat',
        syscall_number: 56,
        exit: '-13',
        subj: 'unconfined',
      })
    }
  })

  it('are of the process that restricted itself where they are not, although the domain is gone', async () => {
    const { events, late } = await eventsOf(UNAUDITED)
    expect(events).to.deep.equal([])
    expect(
      late.map(({ auditd }: { auditd: { sequence: number } }) => auditd.sequence),
    ).to.deep.equal([45, 47])
    for (const event of late) {
      expect(event.process).to.deep.equal({ pid: 102, name: 'sand boxer', executable: '/init' })
      expect(event.file).to.deep.equal(file)
      expect(event.user).to.deep.equal({ id: '0' })
      expect(event.auditd.data).to.deep.equal({ domain: '159ace84d', blockers: ['fs.read_file'] })
    }
  })
})
