import { denies } from '../policy/denies.ts'
import type { Decision, EffectivePolicy } from '../policy/merge.ts'
import type { Verdict } from '../policy/policy.ts'

/**
 * Calls that are not trapped and keep failing silently. If a thread blocks SIGSYS, the kernel ends the
 * process instead of trapping, and libc blocks every signal where it starts and ends threads and
 * processes, raises signals or aborts. A child between fork and exec no longer has a handler. The last
 * three are calls of the handler itself.
 */
const UNTRAPPED: ReadonlySet<string> = new Set([
  ...['clone', 'clone3', 'fork', 'vfork', 'execve', 'execveat'],
  ...['set_tid_address', 'set_robust_list', 'rseq', 'exit', 'exit_group', 'munmap', 'madvise'],
  ...['rt_sigprocmask', 'rt_sigreturn', 'sigreturn', 'rt_sigaction', 'tgkill', 'tkill', 'getpid'],
  ...['gettid', 'write', 'writev'],
])

/** If one of these is denied, Node aborts, hangs or fails to start, so it must be reported at once. */
const URGENT = [
  ...['brk', 'close', 'epoll_create1', 'epoll_ctl', 'epoll_pwait', 'eventfd2', 'fcntl', 'fcntl64'],
  ...['fstat', 'futex', 'getcwd', 'mmap', 'mmap2', 'mprotect', 'pipe2', 'read', 'uname', 'wait4'],
]

/** The reason why denials can't be detected from inside, if there is one. */
export function diagnoseProblem({ architecture, decisions }: EffectivePolicy): string | undefined {
  const { name, hasRegisters } = architecture
  if (!hasRegisters) return `the registers of ${name} are unknown`
  const starts = decisions.find(decision => STARTING.has(decision.name) && mayPass(decision))
  if (!starts) return undefined
  return `the policy allows ${starts.name}, and the first denial would kill a program started that way`
}

const STARTING: ReadonlySet<string> = new Set(['execve', 'execveat'])

function mayPass({ rules, otherwise }: Decision): boolean {
  const verdicts = [...rules.map(({ verdict }) => verdict), otherwise]
  return verdicts.some(({ action }) => action === 'allow' || action === 'log')
}

/**
 * Turns every `errno` of the policy into a trap, so that the agent sees the denial: the kernel traps the
 * call (SIGSYS), and the handler notes it and writes the errno, which the trap carries, to the call's
 * result. The call is not executed. Other verdicts stay as they are.
 */
export function diagnosed(policy: EffectivePolicy): EffectivePolicy {
  const decisions = policy.decisions.map((decision): Decision => {
    if (UNTRAPPED.has(decision.name)) return decision
    const rules = decision.rules.map(rule => ({ ...rule, verdict: trapped(rule.verdict) }))
    return { ...decision, rules, otherwise: trapped(decision.otherwise) }
  })
  return { ...policy, decisions }
}

function trapped(verdict: Verdict): Verdict {
  return verdict.action === 'errno' ? { action: 'trap', errno: verdict.errno ?? 'EPERM' } : verdict
}

/** The numbers whose first denial is reported at once. */
export function urgentNumbers({ architecture, decisions }: EffectivePolicy): readonly number[] {
  const spared = decisions.filter(each => ABOUT_CODE.has(each.name) && !denies(each.otherwise))
  const names = URGENT.filter(name => !spared.some(each => each.name === name))
  return names.flatMap(name => architecture.table.numbers[name] ?? [])
}

/** Node survives without more executable memory, which is all that such a rule refuses. */
const ABOUT_CODE: ReadonlySet<string> = new Set(['mmap', 'mmap2', 'mprotect'])
