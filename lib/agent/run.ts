// The run stage: from READY=1 to the end of the last beat.
//
//   reports    to the service manager (report-to-manager.ts) and to the log (metrics-log.ts), both
//              worded from one status (status.ts)
//   delivery   starts here, once the sandbox stage has said its one line
//   beats      each supervised: a beat that throws starts again after a pause     (beats/supervise.ts)
//   SIGHUP     reload: configure again, compare, apply; one at a time                      (reload/)
//   the end    every beat is done, or a stop: half of shutdown_timeout is for the beats, the rest for
//              what they have published

import { settledBy } from '../settled.ts'
import type { Configure } from './configure.ts'
import { MetricsLog } from './metrics-log.ts'
import type { OpenAgent } from './open.ts'
import type { StopRequest } from './process/stop.ts'
import { reload } from './reload/reload.ts'
import { type Reports, reportToManager } from './report-to-manager.ts'
import type { SandboxState } from './sandbox.ts'
import { statusOf } from './status.ts'

/**
 * Runs the beats, and reloads when asked, until all are done or the agent is to stop.
 *
 * @param configure undefined: nothing is reloaded
 */
export async function run(
  agent: OpenAgent,
  sandboxed: SandboxState,
  stop: StopRequest,
  configure: Configure | undefined,
): Promise<void> {
  const { log, pipeline, runners, agentProcess } = agent
  void pipeline.failed.then(error => {
    log.error(`Stopping: ${error.message}`)
    stop.fail()
  })
  const status = () => statusOf(agent, sandboxed)
  const metrics = new MetricsLog(log, status)
  metrics.start(agent.plan.config.logging.metrics)
  const reports = reportToManager(agentProcess.manager, status, () => pipeline.writingForMs)
  agentProcess.addCloser('the reports', reports.end)
  const beats = runners.all.map(({ id }) => id)
  log.info({ beats, sandbox: sandboxed.outcome.state }, 'Running')
  pipeline.start()
  runners.run(...runners.all)
  if (configure) void reloadWhenAsked(agent, configure, stop, { reports, metrics })
  const allDone = runners.done()
  const isDone = await settledBy(allDone, stop.signal)
  const timeoutMs = agent.plan.config.shutdown_timeout
  reports.stopping(timeoutMs)
  if (isDone) log.info('Every beat is done')
  else await settledBy(allDone, AbortSignal.timeout(Math.ceil(timeoutMs / 2)))
  metrics.stop()
  for (const runner of runners.all) runner.noteEnd()
}

interface Reporters {
  readonly reports: Reports
  readonly metrics: MetricsLog
}

/** One reload at a time; all requests during one lead to one more. */
async function reloadWhenAsked(
  agent: OpenAgent,
  configure: Configure,
  stop: StopRequest,
  { reports, metrics }: Reporters,
): Promise<void> {
  for (;;) {
    await agent.agentProcess.reload.next()
    if (stop.signal.aborted) return
    await agent.runners.change(async () => {
      reports.reloading()
      const note = await reload(agent, configure, stop)
      if (stop.signal.aborted) return
      metrics.start(agent.plan.config.logging.metrics)
      reports.reloaded(note)
    })
  }
}
