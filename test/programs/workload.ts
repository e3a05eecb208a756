// Runs the workload of test/workload/ as an agent would: without io_uring, with the default policy on
// all threads. First prints the outcome of the seccomp stage.

import { restartWithoutIoUring } from '../../lib/seccomp/kernel/restart.ts'
import { enterSandbox, planSandbox } from '../../lib/seccomp/kernel/stage.ts'
import { section } from '../seccomp/policy/policies.ts'

restartWithoutIoUring()
const plan = await planSandbox(section({}), { needs: [] })
// An agent's own imports have loaded this by then; loading it calls uname.
await import('node:os')
console.log(JSON.stringify(enterSandbox(plan)))
await import('../workload/main.ts')
