import { isDenied } from '../policy/denies.ts'
import type { EffectivePolicy } from '../policy/merge.ts'
import { formatVerdict } from '../policy/policy.ts'
import { about, type Finding } from './finding.ts'

interface Effect {
  readonly names: readonly string[]
  readonly effect: string
  /** Only an agent that comes to need it is harmed. */
  readonly perhaps?: true
  /** The caller knows a way around, if it is told ENOSYS. */
  readonly fallback?: true
}

/** Measured on Node 20 and 24, one call at a time (docs/seccomp.md, What a denial does to Node). */
const EFFECTS: readonly Effect[] = [
  { names: ['exit', 'exit_group'], effect: 'the process can’t end and hangs for ever' },
  { names: ['rt_sigreturn', 'sigreturn'], effect: 'the first signal ends the process by SIGSEGV' },
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
    effect: 'it can’t fail, so its caller takes 4294967295 for the answer',
  },
  { names: ['getrandom'], effect: 'random numbers fail, or the process hangs', fallback: true },
  {
    names: ['uname', 'wait4', 'fstat', 'fcntl', 'fcntl64'],
    effect: 'Node aborts, some time later or at its end',
    perhaps: true,
  },
  { names: ['clone'], effect: 'no thread can be started', perhaps: true },
  { names: ['clone3'], effect: 'no thread can be started', perhaps: true, fallback: true },
  {
    names: ['rseq'],
    effect: 'glibc ends the process when the next thread starts',
    perhaps: true,
  },
  {
    names: ['pipe2', 'eventfd2', 'epoll_create1', 'getcwd'],
    effect: 'no worker thread can be started',
    perhaps: true,
  },
  { names: ['copy_file_range'], effect: 'fs.copyFile fails', perhaps: true, fallback: true },
  { names: ['accept4'], effect: 'connections to a server time out in silence', perhaps: true },
]

/** What the policy denies that is known to break Node, libuv, V8 or glibc, each with what happens. */
export function breaking({ decisions }: EffectivePolicy): readonly Finding[] {
  const policy = about('policy')
  return decisions.filter(isDenied).flatMap(decision => {
    const known = EFFECTS.find(({ names }) => names.includes(decision.name))
    if (!known || (known.fallback && decision.otherwise.errno === 'ENOSYS')) return []
    const what = `${decision.name} is denied (${formatVerdict(decision.otherwise)}): ${known.effect}`
    return [policy(known.perhaps ? 'warning' : 'error', what)]
  })
}
