import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when `signal` aborts, at once if it already has. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** Resolves after a time or when `signal` aborts, and leaves no timer behind. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return sleep(durationMs, undefined, { signal }).catch(() => undefined)
}

/** Settles as `promise` does, or rejects when that takes longer; leaves no timer behind. */
export function within<T>(
  promise: Promise<T>,
  timeoutMs: number,
  message: () => string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message())), timeoutMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
