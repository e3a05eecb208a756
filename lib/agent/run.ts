import type { Outcome } from '../seccomp/kernel/outcome.ts'
import { settledBy } from '../settled.ts'
import type { Configure } from './configure.ts'
import type { OpenAgent } from './open.ts'
import type { StopRequest } from './process/stop.ts'
import { reload } from './reload/reload.ts'
import { type Reports, reportToManager } from './report-to-manager.ts'

/** Runs the beats, each supervised, and reloads when asked, until all are done or the agent is to stop. */
export async function run(
  agent: OpenAgent,
  outcome: Outcome,
  stop: StopRequest,
  configure: Configure,
): Promise<void> {
  const { log, pipeline, runners, agentProcess } = agent
  void pipeline.failed.then(error => {
    log.error(`Stopping: ${error.message}`)
    stop.fail()
  })
  const reports = reportToManager(agentProcess.manager, pipeline, outcome)
  agentProcess.addCloser('the reports', reports.end)
  log.info({ beats: runners.all.map(({ id }) => id), sandbox: outcome.state }, 'Running')
  runners.run(...runners.all)
  void reloadWhenAsked(agent, configure, stop, reports)
  const allDone = runners.done()
  const isDone = await settledBy(allDone, stop.signal)
  const timeoutMs = agent.plan.config.shutdown_timeout
  reports.stopping(timeoutMs)
  if (isDone) log.info('Every beat is done')
  // Half of the time is for what the beats have published: it has to come out yet.
  else await settledBy(allDone, AbortSignal.timeout(Math.ceil(timeoutMs / 2)))
  for (const runner of runners.all) runner.noteEnd()
}

/** One reload at a time; however often it is asked for during one, there is one more. */
async function reloadWhenAsked(
  agent: OpenAgent,
  configure: Configure,
  stop: StopRequest,
  reports: Reports,
): Promise<void> {
  for (;;) {
    await agent.agentProcess.reload.next()
    if (stop.signal.aborted) return
    await agent.runners.change(async () => {
      reports.reloading()
      const note = await reload(agent, configure, stop)
      if (!stop.signal.aborted) reports.reloaded(note)
    })
  }
}
