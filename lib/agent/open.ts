import type { Logger } from 'pino'
import { messageOf } from '../errors.ts'
import type { Output } from '../output.ts'
import { type Pipeline, startPipeline } from '../pipeline/pipeline.ts'
import { openFailed } from '../system-errors.ts'
import { BeatRunners } from './beats/beat-runners.ts'
import type { ConfiguredBeat, Plan } from './configure.ts'
import { type AgentProcess, openAgentProcess } from './process/agent-process.ts'
import { CloseStack } from './process/close-stack.ts'
import type { StopRequest } from './process/stop.ts'

/** Everything that needed more than the filter will allow has been had. */
export interface OpenAgent {
  /** What is being done: another one after a reload. */
  readonly plan: Plan
  readonly log: Logger
  readonly pipeline: Pipeline
  readonly runners: BeatRunners
  /** The beats, the queue and the output: what `close` closes in reverse. */
  readonly closeStack: CloseStack
  readonly agentProcess: AgentProcess
}

/**
 * Opens the ground, the output, the queue and the beats, in this order. A stop in between leaves the
 * rest unopened.
 *
 * @throws AgentError `OPEN_FAILED` naming what could not be opened; what had been is closed again
 */
export async function open(plan: Plan, stop: StopRequest): Promise<OpenAgent> {
  const agentProcess = await openAgentProcess(plan, stop)
  const { log, identity } = agentProcess
  const { config } = plan
  const closeStack = new CloseStack()
  try {
    const output = await openOutput(plan, log)
    closeStack.add('the output', () => output.close())
    const pipeline = startPipeline({ output, queue: config.queue.mem, log })
    closeStack.add('the queue', deadline => drain(pipeline, deadline, log))
    const deps = { paths: config.path, identity, pipeline, log }
    const runners = new BeatRunners(plan, deps, closeStack, stop)
    await openBeats(runners, plan.beats)
    return agentOf({ log, pipeline, runners, closeStack, agentProcess })
  } catch (error) {
    log.error({ err: error }, messageOf(error))
    await closeStack.closeAll(AbortSignal.timeout(config.shutdown_timeout), log)
    await agentProcess.close()
    throw error
  }
}

function agentOf(parts: Omit<OpenAgent, 'plan'>): OpenAgent {
  return {
    ...parts,
    get plan() {
      return parts.runners.plan
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
async function openBeats(runners: BeatRunners, beats: readonly ConfiguredBeat[]): Promise<void> {
  for (const configured of beats) if (!(await runners.open(configured))) return
}
