// Runs the workload of test/workload/ as an agent would: without io_uring, and behind the default
// policy over all threads. Prints what the stage came to, first of all.

import { restartWithoutIoUring } from '../../lib/seccomp/kernel/restart.ts'
import { enterSandbox, planSandbox } from '../../lib/seccomp/kernel/stage.ts'
import { section } from '../seccomp/policies.ts'

restartWithoutIoUring()
const plan = await planSandbox(section({}), [])
// What the agent's own imports have loaded by then, `require('os')` the first: it asks for uname.
await import('node:os')
console.log(JSON.stringify(enterSandbox(plan)))
await import('../workload/main.ts')
