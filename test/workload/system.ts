import { ok, strictEqual } from 'node:assert'
import * as os from 'node:os'
import * as perf from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { type Phase, tolerate } from './phase.ts'

/** Queries of a process about itself and its machine. */
export const system: Phase = {
  name: 'system',
  async run() {
    aboutProcess()
    aboutMachine()
    await performance()
    await priorities()
  },
}

function aboutProcess(): void {
  strictEqual(process.pid > 0 && process.ppid >= 0, true)
  process.memoryUsage()
  process.memoryUsage.rss()
  process.cpuUsage()
  process.resourceUsage()
  process.hrtime()
  process.uptime()
  process.title = 'workload'
  strictEqual(process.title, 'workload')
  const mask = process.umask(0o077)
  process.umask(mask)
  process.umask()
  for (const ask of ['getuid', 'geteuid', 'getgid', 'getegid', 'getgroups'] as const) {
    ok(process[ask]?.() !== undefined)
  }
  process.constrainedMemory()
  const { availableMemory } = process as unknown as { readonly availableMemory?: () => number }
  availableMemory?.()
  process.getActiveResourcesInfo()
  process.report.getReport()
}

function aboutMachine(): void {
  os.availableParallelism()
  os.cpus()
  os.freemem()
  os.totalmem()
  os.loadavg()
  os.uptime()
  os.hostname()
  os.networkInterfaces()
  os.userInfo()
  os.release()
  os.version()
  os.machine()
  os.homedir()
  os.tmpdir()
  os.getPriority()
}

async function performance(): Promise<void> {
  const delays = perf.monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  perf.performance.eventLoopUtilization()
  await setTimeout(25)
  delays.disable()
  perf.performance.timerify(() => 1)()
  perf.performance.toJSON()
}

/** Lowers the process's own priority; raising it needs a privilege. */
async function priorities(): Promise<void> {
  await tolerate(['ERR_SYSTEM_ERROR'], async () => os.setPriority(os.getPriority()))
}
