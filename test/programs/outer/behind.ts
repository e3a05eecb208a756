// `behind.js hidden|answered PROGRAM ARGUMENT…`: runs the program behind a filter that hides seccomp(2)
// from it, or that answers the call itself, with success.
import { spawnSync } from 'node:child_process'
import { endianness } from 'node:os'
import { encode, NUMBER_OFFSET, type Program } from '../../../lib/seccomp/compiler/program.ts'
import { answering, numberOf } from '../../answering.ts'
import { probe } from '../../probe.ts'

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1
/** SECCOMP_RET_ERRNO and SECCOMP_RET_ALLOW of linux/seccomp.h. Errno 0 is success. */
const [SUCCESS, ALLOW] = [0x00050000, 0x7fff0000]

const [how, program = '', ...args] = process.argv.slice(2)
const seccomp = await numberOf('seccomp')
const answered: Program = [
  { op: 'load', offset: NUMBER_OFFSET },
  { op: 'equal', k: seccomp, yes: 0, no: 1 },
  { op: 'return', k: SUCCESS },
  { op: 'return', k: ALLOW },
]
const filter =
  how === 'answered'
    ? encode(answered, endianness() === 'LE' ? 'little' : 'big')
    : answering([seccomp], { action: 'errno', errno: 'ENOSYS' })
probe.syscall(await numberOf('prctl'), PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
probe.syscall(seccomp, SECCOMP_SET_MODE_FILTER, 0, probe.fprog(filter))
process.exit(spawnSync(program, args, { stdio: 'inherit' }).status ?? 1)
