// Compares our filters with their effect in the kernel of this machine, with plain Node and no test runner.
// Run it as process 1 of its own PID namespace (`make live-amd64`), as it denies getpid and similar calls.
import { actions } from './actions.ts'
import { agent } from './agent.ts'
import type { Finding } from './finding.ts'
import { foreign } from './foreign.ts'
import { numbers } from './numbers.ts'
import { rules } from './rules.ts'
import { threads } from './threads.ts'
import { workload } from './workload.ts'

type Check = () => Iterable<Finding> | AsyncIterable<Finding>

const CHECKS: readonly Check[] = [actions, rules, foreign, threads, numbers, workload, agent]

console.log(`Node ${process.version}, ${process.arch}`)
let passed = 0
let failed = 0
for (const check of CHECKS) {
  for await (const finding of check()) {
    print(finding)
    if (finding.problem !== undefined) failed++
    else if (finding.skipped === undefined) passed++
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function print({ name, problem, skipped }: Finding): void {
  if (problem !== undefined) console.log(`not ok  ${name}: ${problem}`)
  else if (skipped !== undefined) console.log(`skipped ${name}: ${skipped}`)
  else console.log(`ok      ${name}`)
}
