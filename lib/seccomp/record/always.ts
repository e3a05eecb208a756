/**
 * Calls that a policy has to allow whether or not a recording has seen them: calls whose callers take
 * success for granted, that the recorder can't see, or without which Node aborts.
 */
const REASONS: readonly (readonly [why: string, names: readonly string[]])[] = [
  ['ends a thread or the process; never recorded', ['exit', 'exit_group']],
  ['returns from a signal handler; never recorded', ['rt_sigreturn', 'sigreturn']],
  ['the kernel makes it to resume after a stop; never recorded', ['restart_syscall']],
  ['the vDSO answers it on most machines', ['clock_gettime', 'clock_gettime64', 'clock_getres']],
  ['the vDSO answers it on most machines', ['gettimeofday', 'time', 'getcpu']],
  [
    'callers don’t expect it to fail: if denied, it returns 4294967295',
    ['getpid', 'gettid', 'getppid'],
  ],
  [
    'callers don’t expect it to fail: if denied, it returns 4294967295',
    ['getuid', 'geteuid', 'umask'],
  ],
  ['callers don’t expect it to fail: if denied, it returns 4294967295', ['getgid', 'getegid']],
  ['locks: Node aborts if denied', ['futex', 'futex_time64']],
  ['memory: Node aborts if denied', ['brk', 'madvise', 'mmap', 'mmap2', 'mprotect', 'munmap']],
  ['the event loop: Node aborts if denied', ['close', 'epoll_ctl', 'epoll_pwait', 'read', 'write']],
  ['signals: Node aborts if denied', ['rt_sigaction', 'rt_sigprocmask']],
  ['every new thread starts with it', ['rseq', 'set_robust_list']],
  ['V8 waits with it', ['sched_yield']],
  ['checks the standard streams at exit: Node aborts if denied', ['fstat', 'fstat64']],
  ['checks the standard streams at exit: Node aborts if denied', ['newfstatat']],
]

/** Name → reason. No architecture has all of these calls. */
export const ALWAYS: ReadonlyMap<string, string> = new Map(
  REASONS.flatMap(([why, names]) => names.map(name => [name, why] as const)),
)

interface Command {
  /** The name on 64-bit architectures, then the one that 32-bit architectures use, if it differs. */
  readonly names: readonly string[]
  readonly argument: number
  readonly value: bigint
}

/** At exit Node restores the standard streams to their initial state, and aborts if that fails. */
export const STDIO_RESET = 'not seen; restores the standard streams at exit: Node aborts if denied'

/** F_GETFL and F_SETFL of asm-generic/fcntl.h, TCSETS of asm-generic/ioctls.h. */
export const STDIO_COMMANDS: readonly Command[] = [
  { names: ['fcntl', 'fcntl64'], argument: 1, value: 3n },
  { names: ['fcntl', 'fcntl64'], argument: 1, value: 4n },
  { names: ['ioctl'], argument: 1, value: 0x5402n },
]
