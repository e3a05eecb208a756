// `action.js <action>`: filters getpgid(2) with the action, and calls it on a thread that Node does not know.
import { existsSync, writeSync } from 'node:fs'
import { reportTraps } from '../../../lib/seccomp/kernel/kernel.ts'
import { ACTIONS } from '../../../lib/seccomp/policy/policy.ts'
import { numberOf, runningTable } from '../../answering.ts'
import { probe } from '../../probe.ts'
import { blacklist, compiled, install } from '../compiled.ts'

const action = ACTIONS.find(each => each === process.argv[2])
if (!action) throw new Error(`unknown action ${process.argv[2]}`)
const ready = await compiled(
  blacklist([{ name: 'getpgid', conditions: [], verdict: { action, errno: 'EPERM' } }]),
)
const getpgid = await numberOf('getpgid')
const thread = new probe.Thread()
const problem = reportTraps(await runningTable())
if (problem) throw new Error(problem)
install(ready)
// Undefined, and so not in the JSON, if the call did not return.
const result = thread.call(getpgid, 0)
const lives = existsSync(`/proc/self/task/${thread.id}`)
writeSync(1, JSON.stringify({ errno: result?.errno, lives }))
process.exit(0)
