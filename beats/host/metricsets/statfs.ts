import type { StatFs } from './filesystem.ts'

export interface Limits {
  /** Milliseconds to wait for one answer. */
  readonly timeout: number
  /** How many calls may hang at once: each holds a thread of Node's pool, which has four. */
  readonly hanging: number
}

/**
 * statfs(2) that can be given up on: a mount whose server has gone answers never, and the call can't
 * be taken back. While one hangs its path is not asked again.
 */
export function boundedStatfs(
  statfs: (path: string) => Promise<StatFs>,
  { timeout, hanging }: Limits,
): (path: string) => Promise<StatFs> {
  const pending = new Set<string>()
  return async path => {
    if (pending.has(path)) throw new Error(SILENT)
    if (pending.size >= hanging) throw new Error('not asked, as others do not answer statfs')
    pending.add(path)
    return within(
      statfs(path).finally(() => pending.delete(path)),
      timeout,
    )
  }
}

const SILENT = 'does not answer statfs'

function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(SILENT)), milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
