import { spawnSync } from 'node:child_process'
import { getSystemErrorName } from 'node:util'
import { defineBeat } from 'sealbeat'
import { answering, numberOf } from '../../answering.ts'
import { probe } from '../../probe.ts'
import { answerOf } from '../call.ts'
import { threadStatuses } from '../thread-status.ts'

// linux/prctl.h, linux/seccomp.h
const PR_SET_SECCOMP = 22
const PR_SET_NO_NEW_PRIVS = 38
const DISABLED = 0
const SECCOMP_SET_MODE_STRICT = 0
const SECCOMP_SET_MODE_FILTER = 1

/** Tries to get rid of a filter that denies execve, then adds filters of its own. */
export default defineBeat({
  name: 'keeper',
  schema: {},
  async run({ publish }) {
    const [prctl, seccomp] = [await numberOf('prctl'), await numberOf('seccomp')]
    const getppid = await numberOf('getppid')
    const call = (...words: Parameters<typeof probe.syscall>) => answerOf(probe.syscall(...words))
    const add = (program: Uint8Array) =>
      call(seccomp, SECCOMP_SET_MODE_FILTER, 0, probe.fprog(program))
    await publish({
      disable: call(prctl, PR_SET_SECCOMP, DISABLED),
      strict: call(seccomp, SECCOMP_SET_MODE_STRICT, 0, 0),
      newPrivileges: call(prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0),
      spawnBefore: spawned(),
      parentBefore: typeof call(getppid),
      allowAll: add(answering([], { action: 'allow' })),
      spawnAfterAllowAll: spawned(),
      denyOne: add(answering([getppid], { action: 'errno', errno: 'EACCES' })),
      parentAfterDenyOne: call(getppid),
      threads: threadStatuses('self'),
    })
  },
})

function spawned(): string {
  const { error } = spawnSync('true')
  if (!error) return 'done'
  return 'errno' in error ? getSystemErrorName(Number(error.errno)) : error.message
}
