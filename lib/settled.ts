import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'

/**
 * Waits for a promise, but no longer than a signal allows; says whether it has settled. How it
 * settled is its owner's business: a rejection counts, and is not passed on.
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
