import type { Account } from './account.ts'
import { nativeSandbox, SWEEP_TIMEOUT_MS } from './ruleset.ts'

/**
 * Makes the whole process that user, for good: setgroups(2), setgid(2) and setuid(2), which glibc does on every
 * thread. Capabilities are lost unless some are to stay.
 *
 * @throws Error naming what the kernel refuses
 */
export function become({ uid, gid, groups }: Account, keepsCapabilities: boolean): void {
  if (keepsCapabilities) keepOnSetuid()
  process.setgroups?.([...groups])
  process.setgid?.(gid)
  process.setuid?.(uid)
  if (process.getuid?.() !== uid || process.getgid?.() !== gid) {
    throw new Error('setuid has answered with success, but the user is the same')
  }
}

/** PR_SET_KEEPCAPS on each thread: it is lost by none, and `confine` makes the kept ones effective again. */
function keepOnSetuid(): void {
  const native = nativeSandbox()
  if ('problem' in native) throw new Error(native.problem)
  const { errno, answers, silent } = native.sandbox.confine(-1, undefined, true, SWEEP_TIMEOUT_MS)
  if (errno !== 0 || silent.length > 0 || answers.some(answer => answer.errno !== 0)) {
    throw new Error('not every thread could be told to keep its capabilities')
  }
}
