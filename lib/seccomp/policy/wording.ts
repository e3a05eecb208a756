import type { Action, Verdict } from './policy.ts'

/**
 * What the runtime itself tries first and does without when told ENOSYS: glibc at each thread's start
 * (clone3 → clone, whose flags a filter can see), libuv at each event loop's (io_uring_setup → epoll).
 */
const TRIED_FIRST: ReadonlySet<string> = new Set(['clone3', 'io_uring_setup'])

/**
 * Calls whose callers know a way around them and take it when told ENOSYS, as on an old kernel,
 * but give up when told EPERM: glibc (fchmodat2, faccessat2, close_range), libuv (copy_file_range →
 * sendfile, statx → stat, getrandom → /dev/urandom), Node (openat2).
 */
const HAVE_FALLBACK: ReadonlySet<string> = new Set([
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
 * How the default action is worded for one call, `undefined` being a number that the table does not
 * have. Under any default that denies, what the runtime tries first and unknown numbers get ENOSYS:
 * libc tries calls newer than any policy, and no thread could be started otherwise. Under `errno` so
 * do the other calls that have a fallback. A rule that names a call is taken at its word instead.
 */
export function wordDefault(name: string | undefined, defaultAction: Action): Verdict {
  const isTried = name === undefined || TRIED_FIRST.has(name)
  if (isTried && DENIES.has(defaultAction)) return ENOSYS
  if (defaultAction !== 'errno') return { action: defaultAction }
  return name !== undefined && HAVE_FALLBACK.has(name) ? ENOSYS : EPERM
}

/** S11a: what a call is told that a policy denies. */
export const EPERM: Verdict = { action: 'errno', errno: 'EPERM' }

/** What a call is told that does not exist: libc falls back as on an older kernel. */
export const ENOSYS: Verdict = { action: 'errno', errno: 'ENOSYS' }
