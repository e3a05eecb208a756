/**
 * What a policy has to allow whether or not a recording has seen it: calls whose callers take success
 * for granted, that a recording can't see, or that decide between a late moment and none at all.
 */
const REASONS: readonly (readonly [why: string, names: readonly string[]])[] = [
  ['ends a thread or the process, not announced', ['exit', 'exit_group']],
  ['returns from a signal handler, not announced', ['rt_sigreturn', 'sigreturn']],
  ['the kernel makes it, to go on after a stop; not announced', ['restart_syscall']],
  ['the vDSO answers it on most machines', ['clock_gettime', 'clock_gettime64', 'clock_getres']],
  ['the vDSO answers it on most machines', ['gettimeofday', 'time', 'getcpu']],
  [
    'can’t fail, so that nobody looks: denied, it returns 4294967295',
    ['getpid', 'gettid', 'getppid'],
  ],
  [
    'can’t fail, so that nobody looks: denied, it returns 4294967295',
    ['getuid', 'geteuid', 'umask'],
  ],
  ['can’t fail, so that nobody looks: denied, it returns 4294967295', ['getgid', 'getegid']],
  ['locks: denied, Node aborts', ['futex', 'futex_time64']],
  ['memory: denied, Node aborts', ['brk', 'madvise', 'mmap', 'mmap2', 'mprotect', 'munmap']],
  ['the event loop: denied, Node aborts', ['close', 'epoll_ctl', 'epoll_pwait', 'read', 'write']],
  ['signals: denied, Node aborts', ['rt_sigaction', 'rt_sigprocmask']],
  ['every new thread begins with it', ['rseq', 'set_robust_list']],
  ['V8 waits with it', ['sched_yield']],
  ['looks at the standard streams at the end: denied, Node aborts', ['fstat', 'fstat64']],
  ['looks at the standard streams at the end: denied, Node aborts', ['newfstatat']],
]

/** Name → why. Of which an architecture has some. */
export const ALWAYS: ReadonlyMap<string, string> = new Map(
  REASONS.flatMap(([why, names]) => names.map(name => [name, why] as const)),
)

interface Command {
  /** The call's first name is what 64-bit architectures have, the second what 32-bit ones use. */
  readonly names: readonly string[]
  readonly argument: number
  readonly value: bigint
}

/** At its end Node puts back what it found of its standard streams, and aborts where that fails. */
export const STDIO_RESET =
  'not seen; puts the standard streams back at the end: denied, Node aborts'

/** F_GETFL and F_SETFL of asm-generic/fcntl.h, TCSETS of asm-generic/ioctls.h. */
export const STDIO_COMMANDS: readonly Command[] = [
  { names: ['fcntl', 'fcntl64'], argument: 1, value: 3n },
  { names: ['fcntl', 'fcntl64'], argument: 1, value: 4n },
  { names: ['ioctl'], argument: 1, value: 0x5402n },
]
