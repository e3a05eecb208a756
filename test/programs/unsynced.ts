// Has a thread with its own filter, which TSYNC can't synchronise.
import { writeSync } from 'node:fs'
import { inheritedFilters, installProgram, verifySealed } from '../../lib/seccomp/kernel/kernel.ts'
import { answering, numberOf } from '../answering.ts'
import { probe } from '../probe.ts'

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1

const thread = new probe.Thread()
const own = probe.fprog(answering([], { action: 'errno' }))
thread.call(await numberOf('prctl'), PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
thread.call(await numberOf('seccomp'), SECCOMP_SET_MODE_FILTER, 0, own)

const program = answering([await numberOf('mkdirat')], { action: 'errno' })
const result = installProgram(program, { log: false })
// A failed attempt must install nothing, so the next one gets as far and fails in the same way.
const again = installProgram(program, { log: false })
writeSync(
  1,
  JSON.stringify({ id: thread.id, result, again, sealing: verifySealed(inheritedFilters() + 1) }),
)
process.exit(0)
