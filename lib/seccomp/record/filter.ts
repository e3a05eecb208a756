import type { Architecture } from '../architectures/architecture.ts'
import { NUMBER_OFFSET, type Program } from '../compiler/program.ts'

// Action values of linux/seccomp.h.
const USER_NOTIF = 0x7fc00000
const ALLOW = 0x7fff0000
const ERRNO = 0x00050000

/**
 * Calls that are not reported to the recorder: `rt_sigreturn` must never be interrupted, and the others
 * don't return or come from the kernel itself. A policy always allows them.
 */
export const UNRECORDED: readonly string[] = [
  'exit',
  'exit_group',
  'restart_syscall',
  'rt_sigreturn',
  'sigreturn',
]

/**
 * Calls that fail with ENOSYS, as on a kernel without them. Operations through an io_uring are not
 * system calls, and the flags of `clone3` are in memory, where a filter can't read them; glibc then
 * calls `clone`.
 */
const HIDDEN = ['io_uring_setup', 'clone3']

/** The filter of a recorded process: it reports every call to the recorder. */
export function recordingFilter({ table, errno, foreignFrom }: Architecture): Program {
  const numbersOf = (names: readonly string[]) => names.flatMap(name => table.numbers[name] ?? [])
  const unrecorded = numbersOf(UNRECORDED)
  // A foreign ABI that shares the audit architecture has the same number plus an offset.
  const hidden = numbersOf(HIDDEN).flatMap(number =>
    foreignFrom === undefined ? [number] : [number, foreignFrom + number],
  )
  const tests = [
    ...unrecorded.map(k => ({ k, to: 'allow' })),
    ...hidden.map(k => ({ k, to: 'hide' })),
  ]
  return [
    { op: 'load', offset: NUMBER_OFFSET },
    ...tests.map(({ k, to }, at) => {
      const left = tests.length - at
      return { op: 'equal' as const, k, yes: to === 'allow' ? left : left + 1, no: 0 }
    }),
    { op: 'return', k: USER_NOTIF },
    { op: 'return', k: ALLOW },
    { op: 'return', k: ERRNO | errno.ENOSYS },
  ]
}
