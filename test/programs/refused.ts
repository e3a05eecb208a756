// Installs programs that the kernel rejects, and installs under a filter that denies it.
import { writeSync } from 'node:fs'
import { installProgram, probeKernel } from '../../lib/seccomp/kernel/kernel.ts'
import { answering, numberOf } from '../answering.ts'
import { probe } from '../probe.ts'

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1

const empty = installProgram(new Uint8Array(0), { log: false })
const malformed = installProgram(new Uint8Array(8), { log: false })

const seccomp = await numberOf('seccomp')
const hiding = probe.fprog(answering([seccomp], { action: 'errno', errno: 'ENOSYS' }))
probe.syscall(await numberOf('prctl'), PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
probe.syscall(seccomp, SECCOMP_SET_MODE_FILTER, 0, hiding)
const kernel = probeKernel()
const behind = installProgram(answering([], { action: 'errno' }), { log: false })
const supported = kernel.available && kernel.seccomp
writeSync(1, JSON.stringify({ empty, malformed, behind, supported }))
process.exit(0)
