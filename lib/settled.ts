import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'

/**
 * Waits until a promise has settled or the signal aborts, and resolves with whether it has settled. A
 * rejection counts as settled and is not passed on.
 */
export async function settledBy(
  promise: Promise<unknown>,
  deadline: AbortSignal,
): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  )
  if (deadline.aborted) return Promise.race([settled, setImmediate(false)])
  const done = new AbortController()
  const late = once(deadline, 'abort', { signal: done.signal }).then(
    () => false,
    () => true,
  )
  try {
    return await Promise.race([settled, late])
  } finally {
    done.abort()
  }
}
