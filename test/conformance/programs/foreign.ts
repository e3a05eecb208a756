// `foreign.js <how> [program]`: makes calls in another ABI under a filter that denies nothing.
import { spawnSync } from 'node:child_process'
import { writeSync } from 'node:fs'
import { probe } from '../../probe.ts'
import { blacklist, compiled, install } from '../compiled.ts'

/** getpid of linux/arch/x86/entry/syscalls/syscall_32.tbl and syscall_64.tbl. */
const GETPID_386 = 20
const GETPID_AMD64 = 39
const X32 = 0x40000000

const [how = '', program = ''] = process.argv.slice(2)
install(await compiled(blacklist([])))
writeSync(1, JSON.stringify(answer()))
process.exit(0)

function answer(): unknown {
  if (how === 'int80') return probe.int80(GETPID_386).errno
  if (how === 'x32') return probe.syscall(X32 + GETPID_AMD64).errno
  const { status, signal } = spawnSync(program, ['true'])
  return signal ?? status
}
