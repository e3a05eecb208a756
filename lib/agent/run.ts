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
  const { log, pipeline, fleet, ground } = agent
  void pipeline.failed.then(error => {
    log.error(`Stopping: ${error.message}`)
    stop.fail()
  })
  const reports = reportToManager(ground.manager, pipeline, outcome)
  ground.add('the reports', reports.end)
  log.info({ beats: fleet.members.map(({ id }) => id), sandbox: outcome.state }, 'Running')
  fleet.run(...fleet.members)
  void reloadWhenAsked(agent, configure, stop, reports)
  const allDone = fleet.done()
  const isDone = await settledBy(allDone, stop.signal)
  const patience = agent.plan.config.shutdown_timeout
  reports.stopping(patience)
  if (isDone) log.info('Every beat is done')
  // Half of the time is for what the beats have published: it has to come out yet.
  else await settledBy(allDone, AbortSignal.timeout(Math.ceil(patience / 2)))
  for (const member of fleet.members) member.noteEnd()
}

/** One reload at a time; however often it is asked for during one, there is one more. */
async function reloadWhenAsked(
  agent: OpenAgent,
  configure: Configure,
  stop: StopRequest,
  reports: Reports,
): Promise<void> {
  for (;;) {
    await agent.ground.reload.next()
    if (stop.signal.aborted) return
    await agent.fleet.change(async () => {
      reports.reloading()
      const note = await reload(agent, configure, stop)
      if (!stop.signal.aborted) reports.reloaded(note)
    })
  }
}
