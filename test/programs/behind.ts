// `behind.js PROGRAM ARGUMENT…`: runs the program behind a filter that hides seccomp(2) from it.
import { spawnSync } from 'node:child_process'
import { answering, numberOf } from '../answering.ts'
import { probe } from '../probe.ts'

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1

const [program = '', ...args] = process.argv.slice(2)
const seccomp = await numberOf('seccomp')
const hiding = probe.fprog(answering([seccomp], { action: 'errno', errno: 'ENOSYS' }))
probe.syscall(await numberOf('prctl'), PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
probe.syscall(seccomp, SECCOMP_SET_MODE_FILTER, 0, hiding)
process.exit(spawnSync(program, args, { stdio: 'inherit' }).status ?? 1)
