import { denies } from '../policy/denies.ts'
import type { Decision, EffectivePolicy } from '../policy/merge.ts'

/**
 * What Node and the agent call before the agent's own filter is in place, which may deny it: systemd
 * applies its filter before it starts the program (systemd.exec(5), SystemCallFilter=). As strace saw
 * it on Node 20 to 26, and the same calls under the names that other architectures have.
 */
const BEFORE: ReadonlySet<string> = new Set(
  `access arch_prctl brk capget clock_nanosleep clone clone3 close dup2 epoll_create1 epoll_ctl
   epoll_pwait eventfd2 execve exit exit_group fcntl flock fstat ftruncate futex getcwd getdents64
   getegid geteuid getgid getpid getrandom gettid getuid ioctl lseek madvise mkdir mmap mprotect
   munmap newfstatat openat pipe2 pkey_alloc prctl pread64 prlimit64 read readlink rename rseq
   rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity sched_getparam sched_getscheduler
   seccomp set_robust_list set_tid_address statx sysinfo uname unlink write
   clock_nanosleep_time64 dup3 faccessat fchmod fsync futex_time64 mkdirat readlinkat renameat
   renameat2 riscv_flush_icache riscv_hwprobe unlinkat
   _llseek clock_gettime clock_gettime64 fcntl64 fstat64 fstatat64 ftruncate64 getegid32 geteuid32
   getgid32 getuid32 lstat64 mmap2 set_thread_area set_tls sigreturn stat64 ugetrlimit`
    .trim()
    .split(/\s+/),
)

/** Left to systemd, so that the agent need not start a second time to be rid of it. */
const IO_URING = 'io_uring_setup'
/** As on a kernel without it; taken out of an allow list with an error of its own. */
const NO_RING = [`SystemCallFilter=~${IO_URING}:ENOSYS`]

/**
 * A drop-in for the agent's unit, under which systemd puts a filter of its own over the process from
 * its first instruction on: one more layer below the agent's. It knows names only, and is therefore
 * looser where a rule looks at arguments, where a call is answered with ENOSYS, and for what an agent
 * needs before it seals itself; never stricter, so that the agent starts.
 */
export function toSystemd(policy: EffectivePolicy): string {
  const { decisions, defaultAction, architecture } = policy
  const denied = decisions.filter(isRefused)
  const early = denied.filter(({ name }) => BEFORE.has(name))
  const narrowed = decisions.filter(({ rules }) => rules.length > 0)
  const isAllowList = denies({ action: defaultAction })
  return [
    `# A layer below the agent's own filter, for ${architecture.name}: names only.`,
    ...comment('By their arguments only the agent tells apart', narrowed),
    ...comment('Needed to start, so that only the agent denies', early),
    '[Service]',
    'SystemCallArchitectures=native',
    ...(isAllowList ? allowList(decisions) : denyList(denied)),
    ...NO_RING,
    '',
  ].join('\n')
}

function allowList(decisions: readonly Decision[]): readonly string[] {
  const left = decisions.filter(each => !isRefused(each) || BEFORE.has(each.name))
  const names = left.map(({ name }) => name)
  return ['SystemCallErrorNumber=EPERM', ...inLines('SystemCallFilter=', names)]
}

/** A name with the error that it fails with; a harder action is the agent's own. */
function denyList(denied: readonly Decision[]): readonly string[] {
  const late = denied.filter(({ name }) => !BEFORE.has(name) && name !== IO_URING)
  const words = late.map(({ name, otherwise }) => `${name}:${otherwise.errno ?? 'EPERM'}`)
  return inLines('SystemCallFilter=~', words)
}

/** Whether no call of the name goes through, nor fails as on a kernel that does not have it. */
function isRefused({ name, rules, otherwise }: Decision): boolean {
  const verdicts = [otherwise, ...rules.map(({ verdict }) => verdict)]
  if (!verdicts.every(denies)) return false
  return name === IO_URING || verdicts.every(({ errno }) => errno !== 'ENOSYS')
}

const PER_LINE = 8

/** Lists add up (systemd.exec(5)). */
function inLines(key: string, words: readonly string[]): readonly string[] {
  const lines: string[] = []
  for (let at = 0; at < words.length; at += PER_LINE) {
    lines.push(`${key}${words.slice(at, at + PER_LINE).join(' ')}`)
  }
  return lines
}

function comment(what: string, decisions: readonly Decision[]): readonly string[] {
  const names = decisions.map(({ name }) => name)
  return names.length === 0 ? [] : [`# ${what}: ${names.join(', ')}.`]
}
