import { constants } from 'node:os'
import { runChild } from './child.ts'
import { compare, type Finding } from './finding.ts'

/** A static program, such as busybox, of another architecture that this kernel also runs. */
const { FOREIGN_PROGRAM } = process.env

/** Checks calls that the filter sees with another AUDIT_ARCH, or as x32 calls. */
export function* foreign(): Iterable<Finding> {
  if (process.arch === 'x64') {
    yield ended('int 0x80 ends the process', ['int80'], { end: 'SIGSYS' })
    const answer = constants.errno.ENOSYS
    yield ended('x32 calls answer ENOSYS', ['x32'], { end: 0, answer })
  }
  const name = 'a program of another architecture is ended'
  if (!FOREIGN_PROGRAM) yield { name, skipped: 'FOREIGN_PROGRAM is not set' }
  else yield ended(name, ['program', FOREIGN_PROGRAM], { end: 0, answer: 'SIGSYS' })
}

function ended(name: string, args: readonly string[], expected: unknown): Finding {
  const { end, answer } = runChild('foreign', ...args)
  return compare(name, { end, answer }, expected)
}
