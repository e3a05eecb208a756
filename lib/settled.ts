/**
 * Waits until a promise has settled or the signal aborts, and resolves with whether it has settled. A
 * rejection counts as settled and is not passed on. One that has settled already counts, whatever the signal says.
 */
export function settledBy(promise: Promise<unknown>, deadline: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    // Also where the signal aborts before anybody could have been told that the promise has settled.
    const late = () => void setImmediate(resolve, false)
    const settled = () => {
      deadline.removeEventListener('abort', late)
      resolve(true)
    }
    if (deadline.aborted) late()
    else deadline.addEventListener('abort', late, { once: true })
    promise.then(settled, settled)
  })
}
