import { denies } from '../policy/denies.ts'
import type { Decision, EffectivePolicy } from '../policy/merge.ts'

/**
 * Calls that Node and the agent make before the agent installs its own filter, which may deny them.
 * systemd applies its filter before it starts the program (systemd.exec(5), SystemCallFilter=), so it
 * has to allow them. From strace on Node 20 to 26, plus the names of the same calls on other
 * architectures, those with which the agent confines its threads (addon/sandbox/), and those with which it
 * reaches the service manager, and plugins open what the agent's own filter then lets them use.
 */
const STARTUP_CALLS: ReadonlySet<string> = new Set(
  `access arch_prctl brk capget clock_nanosleep clone clone3 close dup2 epoll_create1 epoll_ctl
   epoll_pwait eventfd2 execve exit exit_group fcntl flock fstat ftruncate futex getcwd getdents64
   getegid geteuid getgid getpid getrandom gettid getuid ioctl lseek madvise mkdir mmap mprotect
   munmap newfstatat openat pipe2 pkey_alloc prctl pread64 prlimit64 read readlink rename rseq
   rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity sched_getparam sched_getscheduler
   seccomp set_robust_list set_tid_address statx sysinfo uname unlink write
   clock_nanosleep_time64 dup3 faccessat fchmod fsync futex_time64 mkdirat readlinkat renameat
   renameat2 riscv_flush_icache riscv_hwprobe unlinkat
   landlock_add_rule landlock_create_ruleset landlock_restrict_self rt_tgsigqueueinfo tgkill
   bind connect listen socket socketcall
   _llseek clock_gettime clock_gettime64 fcntl64 fstat64 fstatat64 ftruncate64 getegid32 geteuid32
   getgid32 getuid32 lstat64 mmap2 set_thread_area set_tls sigreturn stat64 ugetrlimit`
    .trim()
    .split(/\s+/),
)

/** The one with which capabilities are dropped. */
const DROPPING_CALLS: readonly string[] = ['capset']
/** Those with which root becomes the configured user. */
const USER_CALLS: readonly string[] = 'setgid setgid32 setgroups setgroups32 setuid setuid32'.split(
  ' ',
)

/** What an agent does at its start, which its unit has to let it do. */
interface Start {
  /** Whether it holds capabilities when it is started, which it drops. */
  readonly holdsCapabilities: boolean
  /** Whether it is started as root and becomes another user. */
  readonly changesUser: boolean
}

/** systemd denies it, so that the agent need not restart itself to get rid of the ring. */
const IO_URING = 'io_uring_setup'
/** ENOSYS, as from a kernel without it; this line removes it from an allow list and sets its error. */
const NO_RING = [`SystemCallFilter=~${IO_URING}:ENOSYS`]

/**
 * Writes a drop-in for the agent's unit, with which systemd applies a filter from the first instruction
 * of the process: one more layer below the agent's own filter. It matches names only. So it is looser
 * than the policy where a rule tests arguments, where a call fails with ENOSYS, and for calls that the
 * agent makes before it installs its filter. It is never stricter, so the agent starts.
 */
export function toSystemd(
  policy: EffectivePolicy,
  { holdsCapabilities, changesUser }: Start = { holdsCapabilities: true, changesUser: false },
): string {
  const { decisions, defaultAction, architecture } = policy
  const needed = new Set([
    ...STARTUP_CALLS,
    ...(holdsCapabilities || changesUser ? DROPPING_CALLS : []),
    ...(changesUser ? USER_CALLS : []),
  ])
  const denied = decisions.filter(isRefused)
  const early = denied.filter(({ name }) => needed.has(name))
  const narrowed = decisions.filter(({ rules }) => rules.length > 0)
  const isAllowList = denies({ action: defaultAction })
  return [
    `# An extra layer below the agent's own filter, for ${architecture.name}: matches names only.`,
    ...comment('Only the agent checks the arguments of', narrowed),
    ...comment('Needed at startup, so only the agent denies', early),
    '[Service]',
    'SystemCallArchitectures=native',
    ...(isAllowList ? allowList(decisions, needed) : denyList(denied, needed)),
    ...NO_RING,
    '',
  ].join('\n')
}

function allowList(decisions: readonly Decision[], needed: ReadonlySet<string>): readonly string[] {
  const left = decisions.filter(each => !isRefused(each) || needed.has(each.name))
  const names = left.map(({ name }) => name)
  return ['SystemCallErrorNumber=EPERM', ...inLines('SystemCallFilter=', names)]
}

/** Each name with its error. Stricter actions, such as kill, are left to the agent's own filter. */
function denyList(denied: readonly Decision[], needed: ReadonlySet<string>): readonly string[] {
  const late = denied.filter(({ name }) => !needed.has(name) && name !== IO_URING)
  const words = late.map(({ name, otherwise }) => `${name}:${otherwise.errno ?? 'EPERM'}`)
  return inLines('SystemCallFilter=~', words)
}

/** Whether every call of this name is denied, with an error other than ENOSYS (except io_uring_setup). */
function isRefused({ name, rules, otherwise }: Decision): boolean {
  const verdicts = [otherwise, ...rules.map(({ verdict }) => verdict)]
  if (!verdicts.every(denies)) return false
  return name === IO_URING || verdicts.every(({ errno }) => errno !== 'ENOSYS')
}

const PER_LINE = 8

/** systemd joins the lists of repeated lines (systemd.exec(5)). */
function inLines(key: string, words: readonly string[]): readonly string[] {
  const lines: string[] = []
  for (let at = 0; at < words.length; at += PER_LINE) {
    lines.push(`${key}${words.slice(at, at + PER_LINE).join(' ')}`)
  }
  return lines
}

function comment(title: string, decisions: readonly Decision[]): readonly string[] {
  const names = decisions.map(({ name }) => name)
  return names.length === 0 ? [] : [`# ${title}: ${names.join(', ')}.`]
}
