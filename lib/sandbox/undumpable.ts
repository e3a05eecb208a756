import { getSystemErrorName } from 'node:util'
import { nativeSandbox } from './ruleset.ts'

/**
 * Makes the process undumpable (PR_SET_DUMPABLE, prctl(2)): /proc/self/mem and environ are shut, no process of the
 * same user can trace it, and it leaves no core. Returns the problem if there is one; elsewhere than on Linux
 * there is nothing to do.
 */
export function makeUndumpable(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const native = nativeSandbox()
  if ('problem' in native) return native.problem
  const errno = native.sandbox.makeUndumpable()
  return errno === 0 ? undefined : `prctl(2) has failed with ${getSystemErrorName(-errno)}`
}
