// The open stage: everything that the filter would refuse, in this order.
//
//   the process   data lock, service manager, log, signal handlers, identity   (process/agent-process.ts)
//   the output    its own `open`
//   the queue     which delivers only from the run stage on: nothing leaves before the sandbox stage
//   the beats     one after the other, each by its own `open`
//
// Whatever is opened goes on a stack, from which `close` takes it in reverse. If one step fails, the
// steps before it are closed and the error names the step. A stop in between leaves the rest unopened.

import type { Logger } from 'pino'
import type { QueueSettings } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import type { Output, Route } from '../output.ts'
import { deadLetterFolder } from '../pipeline/dead-letter/store.ts'
import { openPipeline, type Pipeline, type PipelineOptions } from '../pipeline/pipeline.ts'
import { DiskQueue } from '../pipeline/queues/disk/disk-queue.ts'
import { openFailed } from '../system-errors.ts'
import { BeatRunners } from './beats/beat-runners.ts'
import { type ConfiguredBeat, type Plan, titleOf } from './plan.ts'
import { type AgentProcess, openAgentProcess } from './process/agent-process.ts'
import { CloseStack } from './process/close-stack.ts'
import type { ReloadRequest } from './process/reload-request.ts'
import type { StopRequest } from './process/stop.ts'

export interface OpenAgent {
  /** The plan that is carried out: another one after a reload. */
  readonly plan: Plan
  readonly log: Logger
  readonly pipeline: Pipeline
  readonly runners: BeatRunners
  /** The output, the queue and the beats, which `close` closes in reverse. */
  readonly closeStack: CloseStack
  readonly agentProcess: AgentProcess
}

/** @throws AgentError `OPEN_FAILED` naming what could not be opened */
export async function open(
  plan: Plan,
  stop: StopRequest,
  reload: ReloadRequest,
): Promise<OpenAgent> {
  const agentProcess = await openAgentProcess(plan, stop, reload)
  const { log, identity } = agentProcess
  const { config } = plan
  const closeStack = new CloseStack()
  try {
    const output = await openOutput(plan, log)
    closeStack.add('the output', () => output.close())
    const { delivery } = plan.output
    const route = routeOf(plan.output)
    const deadLetter = deadLetterOf(plan)
    const queue = await openQueue(config.queue, log)
    const pipeline = openPipeline({ output, queue, delivery, log, route, deadLetter })
    closeStack.add('the queue', deadline => drain(pipeline, config.queue, deadline, log))
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
  const { plugin, settings, id } = output
  try {
    const opened = await plugin.open({
      settings,
      log: log.child({ output: id }),
      paths: config.path,
    })
    expectOutput(opened)
    return opened
  } catch (error) {
    throw openFailed(titleOf(output), error)
  }
}

function routeOf(output: Plan['output']): Route | undefined {
  if (output.plugin.route === undefined) return undefined
  try {
    const route: unknown = output.plugin.route(output.settings)
    if (typeof route === 'function') return route as Route
    throw new TypeError('route returned no function')
  } catch (error) {
    throw openFailed(titleOf(output), error)
  }
}

function deadLetterOf({ config, output: { id, deadLetter } }: Plan) {
  if (!deadLetter.enabled) return undefined
  const folder = deadLetterFolder(config.path.data, id)
  return { folder, output: id, maxBytes: deadLetter.max_bytes }
}

/**
 * By its shape alone a processor can pass for an output, and its events would be tried again for ever.
 *
 * @throws TypeError
 */
function expectOutput(opened: unknown): void {
  const has = (key: string) => typeof Object(opened)[key] === 'function'
  if (has('write') && has('close')) return
  const kin = has('process') ? '; it looks like a processor' : ''
  throw new TypeError(`open returned no { write, close }${kin}`)
}

async function openQueue(
  { mem, disk }: QueueSettings,
  log: Logger,
): Promise<PipelineOptions['queue']> {
  if (disk === undefined) return mem
  try {
    return await DiskQueue.open(disk, log)
  } catch (error) {
    throw openFailed('queue.disk', error)
  }
}

async function drain(
  pipeline: Pipeline,
  { disk }: QueueSettings,
  deadline: AbortSignal,
  log: Logger,
): Promise<void> {
  const { lost, kept } = await pipeline.close(deadline)
  if (kept > 0)
    log.info({ kept, path: disk?.path }, 'Events kept in the disk queue for the next start')
  if (lost === 0) return
  const why =
    disk === undefined ? 'the output did not take them in time' : 'they could not be stored'
  log.warn({ lost }, `Events lost: ${why}`)
}

async function openBeats(runners: BeatRunners, beats: readonly ConfiguredBeat[]): Promise<void> {
  for (const configured of beats) if (!(await runners.open(configured))) return
}
