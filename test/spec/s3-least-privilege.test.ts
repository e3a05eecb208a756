import { expect } from 'chai'
import { runningTable } from '../answering.ts'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation } from '../live.ts'
import { conduct, type Findings } from './lab.ts'

/** With arguments that would do no harm, were they let through. */
const NEVER_NEEDED: readonly string[] = [
  ...['execve', 'execveat', 'fork', 'vfork', 'clone 17', 'ptrace 16', 'process_vm_readv'],
  ...['mount', 'umount2', 'pivot_root', 'chroot', 'unshare', 'setns -1', 'move_mount', 'fsopen'],
  ...['bpf -1', 'perf_event_open', 'userfaultfd -1', 'init_module', 'finit_module -1'],
  ...['delete_module', 'kexec_load 0 -1', 'reboot', 'swapon', 'swapoff', 'acct -1', 'syslog -1'],
  ...['keyctl -1', 'add_key', 'request_key', 'setuid 65534', 'setgid 65534', 'setgroups -1'],
  ...['capset', 'personality 4294967295', 'seccomp 2', 'iopl', 'ioperm', 'settimeofday'],
  ...['clock_settime', 'sethostname -1 -1', 'quotactl -1', 'open_by_handle_at -1', 'mknodat -1'],
]

describe('S3: the kernel surface is limited to the system calls that an agent uses', () => {
  const place = new Workplace()
  let findings: Findings
  before(async function () {
    needsIsolation.call(this)
    const table = await runningTable()
    const calls = NEVER_NEEDED.filter(call => (call.split(' ')[0] ?? '') in table)
    findings = await conduct(place, { beat: 'caller', settings: { calls } })
  })
  after(() => place.remove())

  it('S3: what no agent needs fails with EPERM, one by one', () => {
    const answers = Object.entries(findings.events[0]?.['answers'] ?? {})
    expect(answers.length).to.be.greaterThan(35)
    expect(answers.filter(([, answer]) => answer !== 'EPERM')).to.deep.equal([])
  })

  it('S3: clone3, rings, and numbers yet unknown, do not exist', async () => {
    const calls = ['clone3 0 0', 'io_uring_setup 1 0', '1023']
    const { events } = await conduct(place, { beat: 'caller', settings: { calls } })
    expect(events[0]?.['answers']).to.deep.equal({
      'clone3 0 0': 'ENOSYS',
      'io_uring_setup 1 0': 'ENOSYS',
      '1023': 'ENOSYS',
    })
  })

  it('S3: sockets past the network stack are not had', async () => {
    const calls = ['socket 17 3 768', 'socket 16 3 9', 'socket 2 3 1', 'socket 40 1 0']
    const { events } = await conduct(place, { beat: 'caller', settings: { calls } })
    const answers = Object.values(events[0]?.['answers'] ?? {})
    expect(answers).to.deep.equal(calls.map(() => 'EPERM'))
  })

  it('S3: the agent ends in good order, none the wiser', () => {
    expect(findings.code).to.equal(0)
  })
})
