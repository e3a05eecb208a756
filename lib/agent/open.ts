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
import { AgentError, messageOf } from '../errors.ts'
import type { Output, Route } from '../output.ts'
import { deadLetterFolder } from '../pipeline/dead-letter/store.ts'
import { openPipeline, type Pipeline, type PipelineOptions } from '../pipeline/pipeline.ts'
import type { Remains } from '../pipeline/queue.ts'
import { checksumBy } from '../pipeline/queues/disk/checksum.ts'
import { DiskQueue } from '../pipeline/queues/disk/disk-queue.ts'
import type { PipelineStats } from '../pipeline/stats.ts'
import { settledBy } from '../settled.ts'
import { openFailed } from '../system-errors.ts'
import { BeatRunners } from './beats/beat-runners.ts'
import { type ConfiguredBeat, type Plan, titleOf } from './plan.ts'
import { isBuiltin } from './plugins/load.ts'
import { type AgentProcess, openAgentProcess } from './process/agent-process.ts'
import { Attribution } from './process/attribution.ts'
import { CloseStack } from './process/close-stack.ts'
import type { ReloadRequest } from './process/reload-request.ts'
import type { StopRequest } from './process/stop.ts'

/** An output opens without its peer, so this is for a disk, or for a mistake. */
const OPEN_MS = 60_000

/** A person who has pressed Ctrl-C wonders after that time. */
const SILENT_MS = 1_000

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
  once: boolean,
): Promise<OpenAgent> {
  const attribution = new Attribution(codeOf(plan))
  const agentProcess = await openAgentProcess(plan, stop, reload, attribution)
  const { log, identity } = agentProcess
  const { config } = plan
  const closeStack = new CloseStack()
  try {
    const output = await openOutput(plan, stop, log)
    closeStack.add('the output', () => output.close())
    const { delivery } = plan.output
    const route = routeOf(plan.output)
    const deadLetter = deadLetterOf(plan)
    const queue = await openQueue(config.queue, agentProcess)
    const pipeline = openPipeline({ output, queue, delivery, log, route, deadLetter })
    closeStack.add('the queue', deadline => drain(pipeline, plan, deadline, log))
    const deps = { paths: config.path, identity, attribution, pipeline, log, once }
    const runners = new BeatRunners(plan, deps, closeStack, stop)
    await openBeats(runners, plan.beats)
    return agentOf({ log, pipeline, runners, closeStack, agentProcess })
  } catch (error) {
    log.error({ err: error }, messageOf(error))
    if (error instanceof AgentError) error.isSaid = agentProcess.logging.isShown('error')
    await closeStack.closeAll(AbortSignal.timeout(config.shutdown_timeout), log)
    await agentProcess.close()
    throw error
  }
}

function codeOf({ beats, output }: Plan): ConstructorParameters<typeof Attribution>[0] {
  const hasOthers = !isBuiltin('output', output.config?.type ?? '')
  return { beats: beats.map(({ id }) => id), hasOthers }
}

function agentOf(parts: Omit<OpenAgent, 'plan'>): OpenAgent {
  return {
    ...parts,
    get plan() {
      return parts.runners.plan
    },
  }
}

async function openOutput(
  { config, output }: Plan,
  stop: StopRequest,
  log: Logger,
): Promise<Output> {
  const { plugin, settings, id } = output
  try {
    const context = { settings, log: log.child({ output: id }), paths: config.path }
    // A processor in its place may return no promise.
    const opening = Promise.resolve(plugin.open(context))
    // Whatever it waits for, the agent does not: it neither starts nor stops before.
    const deadline = AbortSignal.any([stop.signal, AbortSignal.timeout(OPEN_MS)])
    if (!(await settledBy(opening, deadline))) {
      throw new Error(stop.signal.aborted ? 'stopped meanwhile' : 'open has not ended in a minute')
    }
    const opened = await opening
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
  { log, checksum: native }: AgentProcess,
): Promise<PipelineOptions['queue']> {
  if (disk === undefined) return mem
  try {
    return await DiskQueue.open({ ...disk, checksum: checksumBy(native) }, log)
  } catch (error) {
    throw openFailed('queue.disk', error)
  }
}

async function drain(
  pipeline: Pipeline,
  plan: Plan,
  deadline: AbortSignal,
  log: Logger,
): Promise<void> {
  const said = setTimeout(() => {
    const { queued, sending } = pipeline.stats()
    const timeout_s = plan.config.shutdown_timeout / 1000
    const hint = 'a second signal ends the agent at once, and what is in memory is lost'
    const waiting = { events: queued + sending, timeout_s, hint }
    log.info(waiting, 'Waiting for the output to take the rest')
  }, SILENT_MS)
  const remains = await pipeline.close(deadline).finally(() => clearTimeout(said))
  logRemains(remains, pipeline.stats(), plan, log)
}

/** Says at the end what the output has not taken, and where that is: a line for each place. */
function logRemains(
  { lost, kept }: Remains,
  { sending, dead_lettered, refused_publishes }: PipelineStats,
  { config: { path, queue }, output: { id: output } }: Pick<Plan, 'config' | 'output'>,
  log: Logger,
): void {
  if (kept > 0) {
    const where = { output, kept, path: queue.disk?.path }
    log.info(where, 'Events kept in the disk queue for the next start')
  }
  if (lost > 0) {
    const isStored = queue.disk !== undefined
    const why = isStored ? 'they could not be stored' : 'the output did not take them in time'
    // Of the latter some may have arrived all the same.
    log.warn({ output, lost, ...(!isStored && { sending }) }, `Events lost: ${why}`)
  }
  if (dead_lettered > 0) {
    const where = { output, events: dead_lettered, path: deadLetterFolder(path.data, output) }
    log.info(where, 'Events of this run are in the dead letter')
  }
  if (refused_publishes > 0) {
    const waited = { output, publishes: refused_publishes }
    log.info(waited, 'Publishes refused while they waited for room: their beats have been told')
  }
}

async function openBeats(runners: BeatRunners, beats: readonly ConfiguredBeat[]): Promise<void> {
  for (const configured of beats) if (!(await runners.open(configured))) return
}
