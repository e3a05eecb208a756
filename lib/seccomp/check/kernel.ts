import type { KernelSupport } from '../kernel/kernel.ts'
import { ACTIONS, type Action } from '../policy/policy.ts'
import { about, type Finding } from './finding.ts'

/** What the running kernel has of what a filter can use, and what the policy asks of it. */
export function kernelFindings(
  kernel: KernelSupport,
  used: ReadonlySet<Action>,
): readonly Finding[] {
  const say = about('kernel')
  if (!kernel.available) return [say('error', `it can’t be asked: ${kernel.reason}`)]
  if (!kernel.seccomp) return [say('error', 'it has no seccomp filters over all threads (3.17)')]
  const { log, tsyncEsrch } = kernel.flags
  const missing = ACTIONS.filter(action => !kernel.actions.has(action))
  const lacking = missing.filter(action => used.has(action))
  const known = ACTIONS.filter(action => kernel.actions.has(action)).join(', ')
  return [
    say('ok', 'filters are put over all threads at once (TSYNC)'),
    say('ok', `it knows the actions ${known}`),
    ...lacking.map(action => say('error', `it does not know ${action}, which the policy uses`)),
    log
      ? say('ok', 'denials are audited (SECCOMP_FILTER_FLAG_LOG)')
      : say('warning', 'denials are not audited: SECCOMP_FILTER_FLAG_LOG came with Linux 4.14'),
    ...(tsyncEsrch ? [] : [say('info', 'it lacks TSYNC_ESRCH (5.7), which is not needed')]),
  ]
}
