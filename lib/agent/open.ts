import type { Logger } from 'pino'
import { AgentError, messageOf } from '../errors.ts'
import type { Output } from '../output.ts'
import { type Pipeline, startPipeline } from '../pipeline/pipeline.ts'
import type { Plan } from './configure.ts'
import { type Ground, openGround } from './ground.ts'
import { type BeatSurroundings, type OpenBeat, openBeat } from './open-beat.ts'
import { Opened } from './opened.ts'
import { settledBy } from './settled.ts'
import type { StopRequest } from './stop.ts'

/** Everything that needed more than the filter will allow has been had. */
export interface OpenAgent {
  readonly plan: Plan
  readonly log: Logger
  readonly pipeline: Pipeline
  readonly beats: readonly OpenBeat[]
  /** The beats, the queue and the output: what `close` closes in reverse. */
  readonly opened: Opened
  readonly ground: Ground
}

/** Milliseconds after which a beat that is still opening is named, again and again. */
const SLOW = 10_000

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
    const beats = await openBeats(plan, { config, identity, pipeline, log }, opened, stop)
    return { plan, log, pipeline, beats, opened, ground }
  } catch (error) {
    log.error({ err: error }, messageOf(error))
    await opened.closeAll(AbortSignal.timeout(config.shutdown_timeout), log)
    await ground.close()
    throw error
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

async function openBeats(
  plan: Plan,
  surroundings: BeatSurroundings,
  opened: Opened,
  stop: StopRequest,
): Promise<readonly OpenBeat[]> {
  const beats: OpenBeat[] = []
  for (const configured of plan.beats) {
    const what = `beat ${configured.config.id}`
    const opening = openBeat(configured, surroundings)
    if (!(await openedBeforeStop(what, opening, stop, surroundings.log))) break
    const beat = await opening.catch(error => Promise.reject(openFailed(what, error)))
    opened.add(what, beat.close)
    beats.push(beat)
  }
  return beats
}

async function openedBeforeStop(
  what: string,
  opening: Promise<unknown>,
  stop: StopRequest,
  log: Logger,
): Promise<boolean> {
  const reminder = setInterval(() => log.warn(`${what} is still opening`), SLOW)
  try {
    return await settledBy(opening, stop.signal)
  } finally {
    clearInterval(reminder)
  }
}

function openFailed(what: string, cause: unknown): AgentError {
  if (cause instanceof AgentError) return cause
  return new AgentError('OPEN_FAILED', `${what} could not be opened: ${messageOf(cause)}`, {
    cause,
  })
}
