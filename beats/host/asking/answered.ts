import type { Asking } from 'sealbeat/host'

/** How often within the time for one answer it is looked at whether there was any. */
const LOOKS = 4

/** Resolves with false if one question has had no answer for the time given, or once `signal` aborts. */
export function isAnswered<T>(
  { done, reached }: Asking<T>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise(resolve => {
    let [before, silent] = [0, 0]
    const timer = setInterval(() => {
      const now = reached()
      silent = now === before ? silent + 1 : 0
      before = now
      if (silent >= LOOKS) end(false)
    }, timeoutMs / LOOKS)
    const end = (isDone: boolean): void => {
      clearInterval(timer)
      signal.removeEventListener('abort', stop)
      resolve(isDone)
    }
    const stop = (): void => end(false)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    done.then(() => end(true))
  })
}
