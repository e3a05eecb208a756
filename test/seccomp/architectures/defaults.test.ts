import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import {
  ARCHITECTURES,
  type ArchitectureName,
  recordOf,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { LONGEST_PROGRAM, type Program } from '../../../lib/seccomp/compiler/program.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import type { EffectivePolicy } from '../../../lib/seccomp/policy/merge.ts'
import { CONSTANTS, constant } from '../../../tools/policy/constants.ts'
import { makePolicies } from '../../../tools/policy/make-policies.ts'
import { NOTED_ARGUMENTS, readRecordings } from '../../../tools/record/recording.ts'
import { section } from '../policy/policies.ts'
import { kernelHeaders } from './kernel-headers.ts'

const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const ENOSYS = 0x00050026
const PID = 4711

const WITH_POLICY = ARCHITECTURES.filter(name => recordOf(name).policy)

/** What the design rules out, whatever the arguments. */
const FORBIDDEN = [
  ...['execve', 'execveat', 'fork', 'vfork', 'ptrace', 'process_vm_readv', 'process_vm_writev'],
  ...['pidfd_getfd', 'pidfd_send_signal', 'kcmp', 'mount', 'umount2', 'pivot_root', 'chroot'],
  ...['open_tree', 'move_mount', 'fsopen', 'fsmount', 'bpf', 'perf_event_open', 'userfaultfd'],
  ...['init_module', 'finit_module', 'delete_module', 'kexec_load', 'kexec_file_load', 'keyctl'],
  ...['add_key', 'request_key', 'setns', 'unshare', 'io_uring_enter'],
  ...['io_uring_register', 'seccomp', 'mknod', 'mknodat', 'setuid', 'setgid', 'capset', 'reboot'],
  ...['personality', 'acct', 'swapon', 'settimeofday', 'clock_settime', 'ipc', 'socketpair'],
  ...['open_by_handle_at', 'name_to_handle_at', 'quotactl', 'iopl', 'ioperm', 'modify_ldt'],
]

interface Compiled {
  readonly policy: EffectivePolicy
  readonly program: Program
}

async function defaultPolicy(name: ArchitectureName, pid?: number): Promise<Compiled> {
  const policy = await loadPolicy(name, section({}), { needs: [] }, pid)
  if (!policy) throw new Error(`no default policy for ${name}`)
  return { policy, program: compile(policy) }
}

function answer({ policy, program }: Compiled, name: string, args: readonly bigint[] = []): number {
  const { audit, endian, table } = policy.architecture
  const number = table.numbers[name]
  if (number === undefined) throw new Error(`${policy.architecture.name} has no ${name}`)
  return simulate(program, { audit, number, args }, endian).value
}

describe('default policies', () => {
  it('are what `make policies` writes from the recordings', async () => {
    const files = await makePolicies(await readRecordings('tools/recordings'))
    expect(files.size, 'two each, weights, provenance').to.equal(2 * WITH_POLICY.length + 2)
    for (const [path, text] of files) expect(await readFile(path, 'utf8'), path).to.equal(text)
  })

  for (const name of WITH_POLICY) {
    it(`${name}: leaves out all that the design rules out`, async () => {
      const compiled = await defaultPolicy(name)
      const { numbers } = compiled.policy.architecture.table
      const here = FORBIDDEN.filter(call => Object.hasOwn(numbers, call))
      expect(here.length).to.be.greaterThan(40)
      for (const call of here) expect(answer(compiled, call), call).to.equal(EPERM)
      for (const call of ['clone3', 'io_uring_setup']) {
        expect(answer(compiled, call), call).to.equal(ENOSYS)
      }
      expect(compiled.program.length).to.be.lessThan(LONGEST_PROGRAM / 4)
    })
  }

  it('allow all that was recorded, but for signals to others', async () => {
    const compiled = await defaultPolicy('amd64')
    let checked = 0
    for (const { calls } of await readRecordings('tools/recordings')) {
      for (const { name, values } of calls.filter(({ name: each }) => !SIGNALS.includes(each))) {
        for (const value of values) {
          expect(answer(compiled, name, argumentsOf(name, value)), `${name} ${value}`).to.equal(
            ALLOW,
          )
          checked++
        }
      }
    }
    expect(checked).to.be.greaterThan(200)
  })
})

const SIGNALS = ['kill', 'tgkill']

function argumentsOf(name: string, value: string): readonly bigint[] {
  const args = Array.from({ length: 6 }, () => 0n)
  const values = value.split(' ')
  NOTED_ARGUMENTS[name]?.forEach((at, index) => {
    args[at] = BigInt(values[index] ?? 0)
  })
  return args
}

/** Architecture, call, arguments, and whether it goes through. */
const ROWS: readonly (readonly [ArchitectureName, string, readonly number[], boolean])[] = [
  ['amd64', 'clone', [0x3d0f00], true], // pthread_create of glibc
  ['amd64', 'clone', [0x7d0f00], true], // of musl
  ['amd64', 'clone', [17], false], // fork: SIGCHLD
  ['amd64', 'clone', [0x4111], false], // vfork
  ['amd64', 'clone', [0x3d0f00 | 0x10000000], false], // CLONE_NEWUSER
  ['amd64', 'clone', [0x3d0f00 | 0x20000], false], // CLONE_NEWNS
  ['s390x', 'clone', [0x7ffe0000, 0x3d0f00], true], // stack first
  ['s390x', 'clone', [0x3d0f00, 17], false],
  ['386', 'clone', [0x3d0f00], true],
  ['amd64', 'socket', [1, 0x80801, 0], true],
  ['amd64', 'socket', [2, 0x80802, 17], true],
  ['amd64', 'socket', [10, 1, 0], true],
  ['amd64', 'socket', [16, 0x80003, 0], true], // NETLINK_ROUTE
  ['amd64', 'socket', [16, 3, 9], false], // NETLINK_AUDIT
  ['amd64', 'socket', [16, 3, 12], false], // NETLINK_NETFILTER
  ['amd64', 'socket', [2, 3, 1], false], // SOCK_RAW, ICMP
  ['amd64', 'socket', [2, 0x80803, 6], false], // SOCK_RAW with flags
  ['amd64', 'socket', [2, 1, 132], false], // SCTP
  ['amd64', 'socket', [17, 3, 0], false], // AF_PACKET
  ['amd64', 'socket', [38, 5, 0], false], // AF_ALG
  ['amd64', 'socket', [40, 1, 0], false], // AF_VSOCK
  ['386', 'socketcall', [3], true], // SYS_CONNECT
  ['386', 'socketcall', [8], false], // SYS_SOCKETPAIR
  ['386', 'socketcall', [0], false],
  ['386', 'socketcall', [21], false],
  ['s390x', 'socketcall', [20], true], // SYS_SENDMMSG
  ['amd64', 'setsockopt', [9, 6, 1], true], // TCP_NODELAY
  ['amd64', 'setsockopt', [9, 1, 26], false], // SO_ATTACH_FILTER
  ['amd64', 'setsockopt', [9, 1, 50], false], // SO_ATTACH_BPF
  ['amd64', 'setsockopt', [9, 6, 31], false], // TCP_ULP
  ['amd64', 'setsockopt', [9, 0, 64], false], // IPT_SO_SET_REPLACE
  ['amd64', 'setsockopt', [9, 41, 64], false], // IP6T_SO_SET_REPLACE
  ['amd64', 'setsockopt', [9, 270, 1], false], // SOL_NETLINK
  ['amd64', 'ioctl', [0, 0x5401], true],
  ['amd64', 'ioctl', [0, 0x5412], false], // TIOCSTI
  ['amd64', 'ioctl', [0, 0x541c], false], // TIOCLINUX
  ['ppc64le', 'ioctl', [0, 0x402c7413], true], // TCGETS
  ['ppc64le', 'ioctl', [0, 0x5401], false],
  ['amd64', 'fcntl', [9, 4], true], // F_SETFL
  ['amd64', 'fcntl', [9, 8], false], // F_SETOWN
  ['amd64', 'fcntl', [9, 1030], true],
  ['amd64', 'fcntl', [9, 1026], false], // F_NOTIFY
  ['arm', 'fcntl64', [9, 13], true], // F_SETLK64
  ['amd64', 'prctl', [15], true],
  ['amd64', 'prctl', [4], false], // PR_SET_DUMPABLE
  ['amd64', 'prctl', [22], false], // PR_SET_SECCOMP
  ['amd64', 'prlimit64', [0, 7, 0], true],
  ['amd64', 'prlimit64', [0, 7, 0x7ffe0000], false], // a new limit
  ['amd64', 'prlimit64', [1, 7, 0], false],
  ['amd64', 'setpriority', [0, 0, 5], true],
  ['amd64', 'setpriority', [2, 0, 5], false], // PRIO_USER
  ['amd64', 'kill', [1, 0], true],
  ['amd64', 'kill', [1, 15], false],
  ['amd64', 'kill', [0xffffffff, 9], false],
  ['amd64', 'kill', [PID, 15], true],
  ['amd64', 'tgkill', [PID, PID + 1, 6], true],
  ['amd64', 'tgkill', [PID + 1, PID + 1, 6], false],
]

describe('default policies: arguments', () => {
  for (const [name, call, args, allowed] of ROWS) {
    const written = args.map(value => `0x${value.toString(16)}`).join(', ')
    it(`${name}: ${call}(${written}) ${allowed ? 'goes through' : 'is refused'}`, async () => {
      const compiled = await defaultPolicy(name, PID)
      expect(answer(compiled, call, args.map(BigInt))).to.equal(allowed ? ALLOW : EPERM)
    })
  }

  it('without a process id, no signal goes anywhere', async () => {
    const compiled = await defaultPolicy('amd64')
    expect(answer(compiled, 'tgkill', [BigInt(PID), BigInt(PID), 6n])).to.equal(EPERM)
    expect(answer(compiled, 'kill', [BigInt(PID), 6n])).to.equal(EPERM)
  })
})

describe('tools/policy/constants.ts', () => {
  it('has the values of the kernel headers of each architecture', async function () {
    this.timeout(240_000)
    const { headers } = await kernelHeaders(this)
    for (const name of WITH_POLICY) await checkConstants(headers.folder, name)
  })
})

/** The compiler compares; types of ioctl arguments have the same size on every architecture. */
async function checkConstants(headers: string, name: ArchitectureName): Promise<void> {
  const asserts = CONSTANTS.map(each => {
    const value = constant(each, name)
    return value === undefined
      ? `#ifdef ${each}\n#error ${each} exists\n#endif`
      : `_Static_assert((unsigned)${each} == ${value}u, "${each}");`
  })
  const includes = '#include <asm/termios.h>\n#include <linux/fs.h>\n'
  const folders = [join('usr/lib/linux/uapi', recordOf(name).headers.folder), 'usr/include']
  const flags = folders.flatMap(folder => ['-isystem', join(headers, folder)])
  const compiling = promisify(execFile)('gcc', [
    ...['-fsyntax-only', '-nostdinc', ...flags, '-x', 'c', '-'],
  ])
  compiling.child.stdin?.end(`${includes}${asserts.join('\n')}\n`)
  await compiling
}
