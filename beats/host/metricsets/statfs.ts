/** The result of statfs(2). Newer versions of Node have `frsize` as well. */
export interface StatFs {
  readonly bsize: number
  readonly frsize?: number
  readonly blocks: number
  readonly bfree: number
  readonly bavail: number
  readonly files: number
  readonly ffree: number
}

interface Limits {
  /** How long to wait for one answer. */
  readonly timeoutMs: number
  /** How many calls may hang at once. Each one blocks a thread of Node's pool, which has four. */
  readonly maxHanging: number
}

/**
 * Wraps statfs(2) with a timeout. A mount whose server is gone never answers, and the call can't be
 * cancelled. While a call hangs, its path is not queried again.
 */
export function boundedStatfs(
  statfs: (path: string) => Promise<StatFs>,
  { timeoutMs, maxHanging }: Limits,
): (path: string) => Promise<StatFs> {
  const pending = new Set<string>()
  return async path => {
    if (pending.has(path)) throw new Error(NO_ANSWER)
    if (pending.size >= maxHanging) {
      throw new Error('skipped, because other mounts do not answer statfs')
    }
    pending.add(path)
    return within(
      statfs(path).finally(() => pending.delete(path)),
      timeoutMs,
    )
  }
}

const NO_ANSWER = 'does not answer statfs'

function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(NO_ANSWER)), timeoutMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
