import type { Asking } from 'sealbeat/host'

/** Resolves with false if one question has had no answer for the time given. */
export function isAnswered<T>({ done, reached }: Asking<T>, timeoutMs: number): Promise<boolean> {
  return new Promise(resolve => {
    let before = 0
    const timer = setInterval(() => {
      const now = reached()
      if (now === before) end(false)
      before = now
    }, timeoutMs)
    const end = (isDone: boolean): void => {
      clearInterval(timer)
      resolve(isDone)
    }
    done.then(() => end(true))
  })
}
