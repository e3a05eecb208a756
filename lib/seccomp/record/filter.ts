import type { Architecture } from '../architectures/architecture.ts'
import { NUMBER_OFFSET, type Program } from '../compiler/program.ts'

// Action values of linux/seccomp.h.
const USER_NOTIF = 0x7fc00000
const ALLOW = 0x7fff0000
const ERRNO = 0x00050000

/**
 * Not announced: `rt_sigreturn` must never be interrupted, the others don't come back or are the
 * kernel's own. A policy allows them always.
 */
export const SILENT: readonly string[] = [
  'exit',
  'exit_group',
  'restart_syscall',
  'rt_sigreturn',
  'sigreturn',
]

/**
 * Answered as by a kernel without them: what goes through an io_uring is no system call, and the
 * flags of `clone3` lie in memory, where no filter sees them; glibc then calls `clone`.
 */
const HIDDEN = ['io_uring_setup', 'clone3']

/** The filter of a recorded process: it announces every call to the recorder. */
export function recordingFilter({ table, errno, foreignFrom }: Architecture): Program {
  const numbersOf = (names: readonly string[]) => names.flatMap(name => table.numbers[name] ?? [])
  const silent = numbersOf(SILENT)
  // The number is the same in the foreign ABI that shares the audit architecture.
  const hidden = numbersOf(HIDDEN).flatMap(number =>
    foreignFrom === undefined ? [number] : [number, foreignFrom + number],
  )
  const tests = [...silent.map(k => ({ k, to: 'allow' })), ...hidden.map(k => ({ k, to: 'hide' }))]
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
