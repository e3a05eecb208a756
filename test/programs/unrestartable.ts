// Can't restart, as execve is denied; goes on and reports what the attempt has left behind.
import { readFileSync, writeSync } from 'node:fs'
import { restartWithoutIoUring } from '../../lib/seccomp/kernel/restart.ts'
import { answering, numberOf } from '../answering.ts'
import { probe } from '../probe.ts'

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1
const CLOSE_ON_EXEC = 0o2000000

const denied = answering([await numberOf('execve')], { action: 'errno', errno: 'EACCES' })
probe.syscall(await numberOf('prctl'), PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
probe.syscall(await numberOf('seccomp'), SECCOMP_SET_MODE_FILTER, 0, probe.fprog(denied))
const outcome = restartWithoutIoUring()
const flags = /flags:\s*(\d+)/.exec(readFileSync('/proc/self/fdinfo/0', 'latin1'))?.[1]
const report = {
  outcome,
  guard: process.env.SEALBEAT_RESTARTED,
  closeOnExec: (Number.parseInt(flags ?? '', 8) & CLOSE_ON_EXEC) !== 0,
}
writeSync(1, JSON.stringify(report))
