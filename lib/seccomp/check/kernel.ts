import type { KernelSupport } from '../kernel/kernel.ts'
import { ACTIONS, type Action } from '../policy/policy.ts'
import { type Finding, findingIn } from './finding.ts'

/** Compares the seccomp features of the running kernel with those that the policy uses. */
export function kernelFindings(
  kernel: KernelSupport,
  used: ReadonlySet<Action>,
): readonly Finding[] {
  const finding = findingIn('kernel')
  if (!kernel.available) return [finding('error', `can’t query its features: ${kernel.reason}`)]
  if (!kernel.seccomp) {
    return [finding('error', 'it can’t install a filter on all threads (needs Linux 3.17)')]
  }
  const { log, tsyncEsrch } = kernel.flags
  const missing = ACTIONS.filter(action => !kernel.actions.has(action))
  const lacking = missing.filter(action => used.has(action))
  const known = ACTIONS.filter(action => kernel.actions.has(action)).join(', ')
  return [
    finding('ok', 'filters are installed on all threads at once (TSYNC)'),
    finding('ok', `it supports the actions ${known}`),
    ...lacking.map(action =>
      finding('error', `it lacks the action ${action}, which the policy uses`),
    ),
    log
      ? finding('ok', 'denials are audited (SECCOMP_FILTER_FLAG_LOG)')
      : finding('warning', 'denials are not audited: SECCOMP_FILTER_FLAG_LOG needs Linux 4.14'),
    ...(tsyncEsrch ? [] : [finding('info', 'it lacks TSYNC_ESRCH (5.7), which is not needed')]),
  ]
}
