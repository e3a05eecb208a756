import { isDenied } from '../policy/denies.ts'
import type { EffectivePolicy } from '../policy/merge.ts'
import { formatVerdict } from '../policy/policy.ts'
import { type Finding, findingIn } from './finding.ts'

interface Effect {
  readonly names: readonly string[]
  readonly effect: string
  /** Harms only an agent that needs the call. */
  readonly onlyIfUsed?: true
  /** The caller has a fallback for ENOSYS. */
  readonly fallback?: true
}

/** Measured on Node 20 and 24, one call at a time (docs/seccomp.md, What a denial does to Node). */
const EFFECTS: readonly Effect[] = [
  { names: ['exit', 'exit_group'], effect: 'the process can’t exit and hangs forever' },
  {
    names: ['rt_sigreturn', 'sigreturn'],
    effect: 'the first signal kills the process with SIGSEGV',
  },
  {
    names: ['futex', 'epoll_pwait', 'rt_sigprocmask', 'read', 'write', 'close', 'munmap'],
    effect: 'Node aborts',
  },
  { names: ['mmap', 'mmap2', 'mprotect', 'madvise'], effect: 'Node aborts' },
  {
    names: ['getpid'],
    effect: 'process.pid is -1, and process.kill(process.pid) signals everything on the machine',
  },
  {
    names: ['getuid', 'getgid', 'geteuid', 'getegid', 'getppid', 'gettid', 'umask'],
    effect: 'callers don’t expect it to fail and take 4294967295 as the result',
  },
  { names: ['getrandom'], effect: 'random numbers fail, or the process hangs', fallback: true },
  {
    names: ['uname', 'wait4', 'fstat', 'fcntl', 'fcntl64'],
    effect: 'Node aborts later or at exit',
    onlyIfUsed: true,
  },
  { names: ['clone'], effect: 'no thread can be started', onlyIfUsed: true },
  { names: ['clone3'], effect: 'no thread can be started', onlyIfUsed: true, fallback: true },
  {
    names: ['rseq'],
    effect: 'glibc aborts the process when the next thread starts',
    onlyIfUsed: true,
  },
  {
    names: ['pipe2', 'eventfd2', 'epoll_create1', 'getcwd'],
    effect: 'no worker thread can be started',
    onlyIfUsed: true,
  },
  { names: ['copy_file_range'], effect: 'fs.copyFile fails', onlyIfUsed: true, fallback: true },
  {
    names: ['accept4'],
    effect: 'connections to a server time out without an error',
    onlyIfUsed: true,
  },
]

/** Denied calls that are known to break Node, libuv, V8 or glibc, each with the effect. */
export function breaking({ decisions }: EffectivePolicy): readonly Finding[] {
  const finding = findingIn('policy')
  return decisions.filter(isDenied).flatMap(decision => {
    const known = EFFECTS.find(({ names }) => names.includes(decision.name))
    if (!known || (known.fallback && decision.otherwise.errno === 'ENOSYS')) return []
    const message = `${decision.name} is denied (${formatVerdict(decision.otherwise)}): ${known.effect}`
    return [finding(known.onlyIfUsed ? 'warning' : 'error', message)]
  })
}
