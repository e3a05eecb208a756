import type { Outcome } from '../seccomp/outcome.ts'
import { PACING, type Pacing } from './backoff.ts'
import type { OpenAgent } from './open.ts'
import type { OpenBeat } from './open-beat.ts'
import { settledBy } from './settled.ts'
import type { StopRequest } from './stop.ts'
import { type Supervision, supervise } from './supervise.ts'

interface RunningBeat {
  readonly beat: OpenBeat
  readonly supervision: Supervision
}

/** Runs the beats, each supervised, until all are done or the agent is asked to stop. */
export async function run(
  agent: Pick<OpenAgent, 'plan' | 'log' | 'pipeline' | 'beats'>,
  outcome: Outcome,
  stop: StopRequest,
  pacing: Pacing = PACING,
): Promise<void> {
  const { log, pipeline, beats, plan } = agent
  void pipeline.failed.then(error => {
    log.error(`Stopping: ${error.message}`)
    stop.fail()
  })
  log.info({ beats: beats.map(({ id }) => id), sandbox: outcome.state }, 'Running')
  const running = beats.map(beat => ({ beat, supervision: supervise(beat, stop.signal, pacing) }))
  const allDone = Promise.all(running.map(({ supervision }) => supervision.done))
  if (await settledBy(allDone, stop.signal)) log.info('Every beat is done')
  // Half of the time is for what the beats have published: it has to come out yet.
  else await settledBy(allDone, AbortSignal.timeout(Math.ceil(plan.config.shutdown_timeout / 2)))
  for (const each of running) noteEnd(each)
}

function noteEnd({ beat, supervision }: RunningBeat): void {
  const { state, starts, failures } = supervision.stats()
  if (state !== 'done') beat.log.warn('Beat does not stop: going on without it')
  else beat.log.debug({ starts, failures }, 'Beat is done')
}
