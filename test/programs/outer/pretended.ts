// `pretended.js lying|honest`: installs a filter behind one that answers seccomp(2) itself, with success, or
// that lets it through, and reports whether that is found out.

import { writeSync } from 'node:fs'
import { endianness } from 'node:os'
import { encode, type Program } from '../../../lib/seccomp/compiler/program.ts'
import {
  inheritedFilters,
  installProgram,
  verifySealed,
} from '../../../lib/seccomp/kernel/kernel.ts'
import { isProven, provable } from '../../../lib/seccomp/kernel/proof.ts'
import { answering, numberOf } from '../../answering.ts'
import { probe } from '../../probe.ts'

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1
const TSYNC = 1
const SUCCESS = 0x00050000 // SECCOMP_RET_ERRNO of linux/seccomp.h, with errno 0
const ALLOW = 0x7fff0000

const endian = endianness() === 'LE' ? 'little' : 'big'
const prctl = await numberOf('prctl')
const seccomp = await numberOf('seccomp')
const lying: Program = [
  { op: 'load', offset: 0 },
  { op: 'equal', k: seccomp, yes: 0, no: 1 },
  { op: 'return', k: SUCCESS },
  { op: 'return', k: ALLOW },
]
probe.syscall(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
const outer =
  process.argv[2] === 'lying' ? encode(lying, endian) : answering([], { action: 'errno' })
probe.syscall(seccomp, SECCOMP_SET_MODE_FILTER, TSYNC, probe.fprog(outer))

const inherited = inheritedFilters()
const before = isProven()
const own: Program = [{ op: 'return', k: ALLOW }]
const installed = installProgram(encode(provable(own, prctl, endian), endian), { log: false })
const { threads, unsealed } = verifySealed(inherited + 1)
const report = {
  inherited,
  before,
  installed,
  proven: isProven(),
  threads,
  unsealed: unsealed.length,
}
writeSync(1, JSON.stringify(report))
process.exit(0)
