import type { Action, Verdict } from './policy.ts'

/**
 * Calls that the runtime itself tries first and replaces after ENOSYS: glibc when it starts a thread
 * (clone3 → clone, whose flags a filter can see), libuv when it starts an event loop
 * (io_uring_setup → epoll).
 */
const TRIED_FIRST: ReadonlySet<string> = new Set(['clone3', 'io_uring_setup'])

/**
 * Calls whose callers fall back after ENOSYS, as on an old kernel, but give up after EPERM: glibc
 * (fchmodat2, faccessat2, close_range), libuv (copy_file_range → sendfile, statx → stat, getrandom →
 * /dev/urandom), Node (openat2).
 */
const HAVE_FALLBACK: ReadonlySet<string | undefined> = new Set([
  'close_range',
  'copy_file_range',
  'faccessat2',
  'fchmodat2',
  'futex_waitv',
  'getrandom',
  'memfd_create',
  'openat2',
  'preadv2',
  'pwritev2',
  'sendfile',
  'statx',
])

const DENIES: ReadonlySet<Action> = new Set(['kill_process', 'kill_thread', 'trap', 'errno'])

/**
 * The verdict that the default action gives one call; `undefined` is a number that the table does not
 * have. Under every default that denies, the calls that the runtime tries first and unknown numbers
 * get ENOSYS: libc tries calls newer than any policy, and no thread could be started otherwise. Under
 * `errno`, so do the other calls with a fallback. Rules that name a call are not reworded.
 */
export function wordDefault(name: string | undefined, defaultAction: Action): Verdict {
  const isTried = name === undefined || TRIED_FIRST.has(name)
  if (isTried && DENIES.has(defaultAction)) return ENOSYS
  if (defaultAction !== 'errno') return { action: defaultAction }
  return HAVE_FALLBACK.has(name) ? ENOSYS : EPERM
}

/** S11a: the error for a call that a policy denies. */
export const EPERM: Verdict = { action: 'errno', errno: 'EPERM' }

/** The error for a call that does not exist: libc falls back as on an older kernel. */
export const ENOSYS: Verdict = { action: 'errno', errno: 'ENOSYS' }
