// Attacks on another process of the same user, and on the agent itself by its own folder in /proc.
import { constants, openSync, readFileSync, readlinkSync, readSync, writeSync } from 'node:fs'
import { type Attack, type Errno, MARK, type Scene } from './attack.ts'
import { call, openForWriting, refusal, rewrite, using } from './calls.ts'

/** `xor edi, edi; mov eax, 60; syscall` in the padding behind the code: never run, as it would end the process. */
const CODE = Buffer.from('31ffb83c0000000f05', 'hex')
const [PTRACE_ATTACH, PTRACE_DETACH, WALL] = [16, 17, 0x40000000]
const [PR_GET_DUMPABLE, PR_SET_DUMPABLE] = [3, 4]
const [IPC_PRIVATE, IPC_RMID, IPC_CREAT_0600] = [0, 0, 0o1600]
const [SIGCONT, SIGSTOP, KCMP_VM, RLIMIT_NOFILE] = [18, 19, 1, 7]
const [F_SETFL, F_SETOWN, F_SETSIG, O_ASYNC] = [4, 8, 10, 0o20000]

/** What the domain refuses of other processes, whoever the user is, when it is read. */
function reading(file: string, error: Errno = 'EACCES'): Attack {
  return {
    name: `reads /proc/PID/${file}`,
    refused: { domain: error },
    attempt: ({ neighbour }) => readFileSync(`/proc/${neighbour}/${file}`),
  }
}

/** The same, but that CAP_PERFMON lifts it. */
function readingMemory(file: string): Attack {
  return { ...reading(file), refused: { 'domain and capabilities': 'EACCES' } }
}

function following(link: string): Attack {
  return {
    name: `follows /proc/PID/${link}`,
    refused: { domain: 'EACCES' },
    attempt: ({ neighbour }) => readlinkSync(`/proc/${neighbour}/${link}`),
  }
}

const NEIGHBOUR: readonly Attack[] = [
  {
    name: 'writes machine code into /proc/PID/mem',
    refused: { domain: 'EACCES' },
    attempt: ({ neighbour, codeEnd }) =>
      using(openSync(`/proc/${neighbour}/mem`, constants.O_RDWR), memory => {
        const at = codeEnd - CODE.length
        writeSync(memory, CODE, 0, CODE.length, at)
        const read = Buffer.alloc(CODE.length)
        readSync(memory, read, 0, CODE.length, at)
        if (!read.equals(CODE)) throw refusal('it did not arrive')
      }),
  },
  {
    name: 'reads /proc/PID/mem',
    refused: { domain: 'EACCES' },
    attempt: ({ neighbour, codeEnd }) =>
      using(openSync(`/proc/${neighbour}/mem`, 'r'), memory =>
        readSync(memory, Buffer.alloc(8), 0, 8, codeEnd - 8),
      ),
  },
  {
    ...readingMemory('environ'),
    attempt: ({ neighbour }) => {
      const environment = readFileSync(`/proc/${neighbour}/environ`, 'latin1')
      if (!environment.includes(MARK)) throw refusal('another environment')
    },
  },
  ...['maps', 'smaps', 'auxv', 'numa_maps'].map(readingMemory),
  reading('io'),
  ...['syscall', 'personality'].map(file => reading(file, 'EPERM')),
  ...['stat', 'status', 'cmdline', 'comm', 'cgroup'].map(
    (file): Attack => ({
      ...reading(file),
      refused: {},
      limit: 'the domain leaves it readable, and the host and audit beats read it',
    }),
  ),
  ...['exe', 'cwd', 'root', 'fd/0', 'ns/mnt', 'ns/net'].map(following),
  {
    name: 'reads a file through /proc/PID/root',
    refused: { domain: 'EACCES' },
    attempt: ({ neighbour }) => readFileSync(`/proc/${neighbour}/root/etc/passwd`),
  },
  {
    name: 'writes a file through /proc/PID/cwd',
    refused: { domain: 'EACCES' },
    attempt: ({ neighbour, outside }) =>
      rewrite(`/proc/${neighbour}/cwd/beat.yml`, `${outside}/beat.yml`),
  },
  {
    name: 'opens an open file of it through /proc/PID/fd',
    refused: { domain: 'EACCES' },
    attempt: ({ neighbour }) => using(openSync(`/proc/${neighbour}/fd/0`, 'r'), () => undefined),
  },
  {
    name: 'reads /proc/PID/task/TID/mem',
    refused: { domain: 'EACCES' },
    attempt: ({ neighbour }) =>
      using(openSync(`/proc/${neighbour}/task/${neighbour}/mem`, 'r'), () => undefined),
  },
  ...['oom_score_adj', 'coredump_filter', 'clear_refs'].map(
    (file): Attack => ({
      name: `opens /proc/PID/${file} for writing`,
      refused: { domain: 'EACCES' },
      attempt: ({ neighbour }) => openForWriting(`/proc/${neighbour}/${file}`),
    }),
  ),
  {
    name: 'traces it (ptrace)',
    refused: { filter: 'EPERM', domain: 'EPERM' },
    attempt: ({ neighbour }) => {
      call('ptrace', PTRACE_ATTACH, neighbour, 0, 0)
      call('wait4', neighbour, 0, WALL, 0)
      call('ptrace', PTRACE_DETACH, neighbour, 0, 0)
    },
  },
  {
    name: 'compares its memory with its own (kcmp)',
    refused: { filter: 'EPERM', domain: 'EPERM' },
    attempt: ({ neighbour }) => call('kcmp', process.pid, neighbour, KCMP_VM, 0, 0),
  },
  {
    name: 'takes a descriptor from it (pidfd_getfd)',
    refused: { filter: 'EPERM', domain: 'EPERM' },
    attempt: ({ neighbour }) =>
      using(call('pidfd_open', neighbour, 0), pidfd =>
        using(call('pidfd_getfd', pidfd, 0, 0), () => undefined),
      ),
  },
  {
    name: 'signals it',
    refused: { filter: 'EPERM', domain: 'EPERM' },
    since: 6,
    attempt: ({ neighbour }) => process.kill(neighbour, SIGCONT),
  },
  {
    name: 'has the kernel stop it for what a pipe does (F_SETOWN, F_SETSIG)',
    refused: { filter: 'EPERM', domain: 'EPERM' },
    since: 6,
    attempt: stopByPipe,
  },
  {
    name: 'changes its limits (prlimit64)',
    refused: { filter: 'EPERM' },
    attempt: ({ neighbour }) => {
      const limits = Buffer.alloc(16)
      call('prlimit64', neighbour, RLIMIT_NOFILE, 0, limits)
      call('prlimit64', neighbour, RLIMIT_NOFILE, limits, 0)
    },
  },
  {
    name: 'moves it to the CPUs where it is (sched_setaffinity)',
    refused: { filter: 'EPERM' },
    attempt: ({ neighbour }) => {
      const cpus = Buffer.alloc(128)
      call('sched_getaffinity', neighbour, cpus.length, cpus)
      call('sched_setaffinity', neighbour, cpus.length, cpus)
    },
  },
]

/** Makes a process the owner of a pipe whose signal is SIGSTOP, then SIGCONT, and writes into it. */
function stopByPipe({ neighbour }: Scene): void {
  const ends = Buffer.alloc(8)
  call('pipe2', ends, 0)
  const signalled = (signal: number, state: string) => {
    call('fcntl', ends.readInt32LE(0), F_SETSIG, signal)
    call('write', ends.readInt32LE(4), Buffer.from('x'), 1)
    const untilMs = Date.now() + 100
    while (stateOf(neighbour) !== state) if (Date.now() > untilMs) throw refusal('EPERM')
  }
  using(ends.readInt32LE(0), reading =>
    using(ends.readInt32LE(4), () => {
      call('fcntl', reading, F_SETOWN, neighbour)
      call('fcntl', reading, F_SETFL, O_ASYNC)
      signalled(SIGSTOP, 'T')
      signalled(SIGCONT, 'S')
    }),
  )
}

/** `S` is asleep, `T` is stopped: proc(5). */
function stateOf(pid: number): string | undefined {
  return /^State:\t(.)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
}

/** The last bytes of the C library's code, which are padding, written over themselves. */
function rewriteOwnCode(folder: string): void {
  using(openSync(`${folder}/mem`, constants.O_RDWR), memory => {
    const at = codeEndOf('self') - CODE.length
    const bytes = Buffer.alloc(CODE.length)
    readSync(memory, bytes, 0, bytes.length, at)
    writeSync(memory, bytes, 0, bytes.length, at)
  })
}

/** Where the executable mapping of the C library ends. */
export function codeEndOf(pid: number | 'self'): number {
  const maps = readFileSync(`/proc/${pid}/maps`, 'latin1')
  const [, end = ''] = /^[0-9a-f]+-([0-9a-f]+) r-xp .*libc[.-].*$/m.exec(maps) ?? []
  return Number.parseInt(end, 16)
}

const SELF: readonly Attack[] = [
  {
    name: 'writes over its own code by /proc/self/mem',
    refused: { undumpable: 'EACCES', domain: 'EACCES' },
    attempt: () => rewriteOwnCode('/proc/self'),
  },
  {
    name: 'writes over its own code by /proc/self/task/TID/mem',
    refused: { undumpable: 'EACCES', domain: 'EACCES' },
    attempt: () => rewriteOwnCode('/proc/thread-self'),
  },
  {
    name: 'reads the environment that it was started with, from /proc/self/environ',
    refused: { undumpable: 'EACCES' },
    attempt: () => readFileSync('/proc/self/environ'),
  },
  ...['comm', 'oom_score_adj', 'coredump_filter'].map(
    (file): Attack => ({
      name: `writes /proc/self/${file}`,
      refused: { undumpable: 'EACCES', domain: 'EACCES' },
      attempt: () => openForWriting(`/proc/self/${file}`),
    }),
  ),
  {
    name: 'makes itself dumpable again (prctl)',
    refused: { filter: 'EPERM' },
    attempt: () => {
      const before = call('prctl', PR_GET_DUMPABLE, 0, 0, 0, 0)
      call('prctl', PR_SET_DUMPABLE, 1, 0, 0, 0)
      call('prctl', PR_SET_DUMPABLE, before, 0, 0, 0)
    },
  },
  {
    name: 'shares memory with other processes (shmget)',
    refused: { filter: 'EPERM' },
    attempt: () => {
      const memory = call('shmget', IPC_PRIVATE, 4096, IPC_CREAT_0600)
      call('shmctl', memory, IPC_RMID, 0)
    },
  },
  {
    name: 'maps users by /proc/self/uid_map',
    refused: { undumpable: 'EACCES', domain: 'EACCES' },
    attempt: () => openForWriting('/proc/self/uid_map'),
  },
]

export const ON_PROCESSES: readonly Attack[] = [...NEIGHBOUR, ...SELF]
