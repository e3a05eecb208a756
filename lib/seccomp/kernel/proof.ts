// Proof that our own filter answers system calls, for kernels that do not count filters (before 5.9).
//
// Where a filter was inherited, the mode of a thread says nothing: it was 2 before. So one call that means
// nothing to a kernel, prctl(2) with an operation that does not exist, gets an errno from our program that
// no kernel would give it. The instructions for it go before the program. They are no part of its digest.

import { constants } from 'node:os'
import { loadAddon } from '../../addon.ts'
import { ARGUMENTS_OFFSET, NUMBER_OFFSET, type Program } from '../compiler/program.ts'

/** No operation of prctl(2). */
const OPERATION = 0x5ea1bea7

/** The kernel answers an unknown operation with EINVAL. */
const ANSWER = constants.errno.E2BIG

/** SECCOMP_RET_ERRNO of linux/seccomp.h. */
const RET_ERRNO = 0x00050000

/** `prctl`: its number on the running architecture. */
export function provable(program: Program, prctl: number, endian: 'little' | 'big'): Program {
  return [
    { op: 'load', offset: NUMBER_OFFSET },
    { op: 'equal', k: prctl, yes: 0, no: 3 },
    { op: 'load', offset: ARGUMENTS_OFFSET + (endian === 'big' ? 4 : 0) },
    { op: 'equal', k: OPERATION, yes: 0, no: 1 },
    { op: 'return', k: RET_ERRNO | ANSWER },
    ...program,
  ]
}

/** Whether a program that `provable` has made is in force on this thread. */
export function isProven(): boolean {
  const loaded = loadAddon()
  return 'addon' in loaded && loaded.addon.control(OPERATION) === ANSWER
}
