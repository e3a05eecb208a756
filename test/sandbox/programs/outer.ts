// `outer.js CALL[:FIRST-ARGUMENT] ERRNO PROGRAM ARGUMENT…`: runs the program behind a filter that answers the system
// call itself, with that errno; 0 is success. Only with that first argument, if one is given.
import { spawnSync } from 'node:child_process'
import { constants, endianness } from 'node:os'
import { encode, NUMBER_OFFSET, type Program } from '../../../lib/seccomp/compiler/program.ts'
import { numberOf } from '../../answering.ts'
import { probe } from '../../probe.ts'

const SECCOMP_SET_MODE_FILTER = 1
/** SECCOMP_RET_ERRNO and SECCOMP_RET_ALLOW of linux/seccomp.h. */
const [ERRNO, ALLOW] = [0x00050000, 0x7fff0000]
/** The low half of the first argument in struct seccomp_data. */
const FIRST = endianness() === 'LE' ? 16 : 20

const [what = '', errno = '0', program = '', ...args] = process.argv.slice(2)
const [call = '', first] = what.split(':')
const number = Object.entries(constants.errno).find(([name]) => name === errno)?.[1] ?? 0
const only: Program =
  first === undefined
    ? []
    : [
        { op: 'load', offset: FIRST },
        { op: 'equal', k: Number(first), yes: 0, no: 1 },
      ]
const filter: Program = [
  { op: 'load', offset: NUMBER_OFFSET },
  { op: 'equal', k: await numberOf(call), yes: 0, no: only.length + 1 },
  ...only,
  { op: 'return', k: ERRNO + number },
  { op: 'return', k: ALLOW },
]
// Without no_new_privs, which root may do: what is behind it has to set that itself.
const fprog = probe.fprog(encode(filter, endianness() === 'LE' ? 'little' : 'big'))
const { errno: refused } = probe.syscall(
  await numberOf('seccomp'),
  SECCOMP_SET_MODE_FILTER,
  0,
  fprog,
)
if (refused !== 0) throw new Error(`no outer filter: errno ${refused}`)
process.exit(spawnSync(program, args, { stdio: 'inherit' }).status ?? 1)
