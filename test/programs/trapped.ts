// `trapped.js <where> <system call>`: makes one trapped call on that thread, which ends the process.
import { Worker } from 'node:worker_threads'
import { installProgram, reportTraps } from '../../lib/seccomp/kernel/kernel.ts'
import { answering, numberOf, runningTable } from '../answering.ts'
import { probe } from '../probe.ts'

const [where = '', name = ''] = process.argv.slice(2)
const number = (await numberOf(name)) + (where === 'x32' ? 0x40000000 : 0)
const thread = new probe.Thread()
const worker = new Worker(new URL('./trapped-worker.js', import.meta.url), { workerData: number })
await new Promise(resolve => worker.once('message', resolve))

const trap = { action: 'trap' } as const
const program = where === 'everything' ? answering([], trap, trap) : answering([number], trap)
const problem = reportTraps(await runningTable()) ?? installProgram(program, { log: false }).error
if (problem) throw new Error(problem)

const calls: Readonly<Record<string, () => unknown>> = {
  main: () => probe.syscall(number),
  x32: () => probe.syscall(number),
  everything: () => probe.syscall(number),
  int80: () => probe.int80(number),
  pthread: () => thread.call(number),
  worker: () => worker.postMessage('go'),
  killed: () => process.kill(process.pid, 'SIGSYS'),
}
calls[where]?.()
setTimeout(() => {
  console.log('survived')
  process.exit(0)
}, 500)
