/**
 * Waits until a promise has settled or the signal aborts, and resolves with whether it has settled. A
 * rejection counts as settled and is not passed on. One that has settled already counts, whatever the signal says.
 */
export function settledBy(promise: Promise<unknown>, deadline: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const late = () => resolve(false)
    const settled = () => {
      deadline.removeEventListener('abort', late)
      resolve(true)
    }
    if (deadline.aborted) setImmediate(late)
    else deadline.addEventListener('abort', late, { once: true })
    promise.then(settled, settled)
  })
}
