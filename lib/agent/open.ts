import type { Logger } from 'pino'
import { messageOf } from '../errors.ts'
import type { Output } from '../output.ts'
import { type Pipeline, startPipeline } from '../pipeline/pipeline.ts'
import { openFailed } from '../system-errors.ts'
import { Fleet } from './beats/beat-runners.ts'
import type { ConfiguredBeat, Plan } from './configure.ts'
import { type Ground, openGround } from './process/agent-process.ts'
import { Opened } from './process/close-stack.ts'
import type { StopRequest } from './process/stop.ts'

/** Everything that needed more than the filter will allow has been had. */
export interface OpenAgent {
  /** What is being done: another one after a reload. */
  readonly plan: Plan
  readonly log: Logger
  readonly pipeline: Pipeline
  readonly fleet: Fleet
  /** The beats, the queue and the output: what `close` closes in reverse. */
  readonly opened: Opened
  readonly ground: Ground
}

/**
 * Opens the ground, the output, the queue and the beats, in this order. A stop in between leaves the
 * rest unopened.
 *
 * @throws AgentError `OPEN_FAILED` naming what could not be opened; what had been is closed again
 */
export async function open(plan: Plan, stop: StopRequest): Promise<OpenAgent> {
  const ground = await openGround(plan, stop)
  const { log, identity } = ground
  const { config } = plan
  const opened = new Opened()
  try {
    const output = await openOutput(plan, log)
    opened.add('the output', () => output.close())
    const pipeline = startPipeline({ output, queue: config.queue.mem, log })
    opened.add('the queue', deadline => drain(pipeline, deadline, log))
    const surroundings = { paths: config.path, identity, pipeline, log }
    const fleet = new Fleet(plan, surroundings, opened, stop)
    await openBeats(fleet, plan.beats)
    return agentOf({ log, pipeline, fleet, opened, ground })
  } catch (error) {
    log.error({ err: error }, messageOf(error))
    await opened.closeAll(AbortSignal.timeout(config.shutdown_timeout), log)
    await ground.close()
    throw error
  }
}

function agentOf(parts: Omit<OpenAgent, 'plan'>): OpenAgent {
  return {
    ...parts,
    get plan() {
      return parts.fleet.plan
    },
  }
}

async function openOutput({ config, output }: Plan, log: Logger): Promise<Output> {
  const { type, settings } = output
  try {
    return await type.open({ settings, log: log.child({ output: type.name }), paths: config.path })
  } catch (error) {
    throw openFailed(`output ${type.name}`, error)
  }
}

async function drain(pipeline: Pipeline, deadline: AbortSignal, log: Logger): Promise<void> {
  const { lost } = await pipeline.close(deadline)
  if (lost > 0) log.warn({ lost }, 'Events lost: the output did not take them in time')
}

/** A stop in between leaves the rest unopened. */
async function openBeats(fleet: Fleet, beats: readonly ConfiguredBeat[]): Promise<void> {
  for (const configured of beats) if (!(await fleet.open(configured))) return
}
