import type { Logger } from 'pino'
import { AgentError, formatProblem, messageOf } from '../../errors.ts'
import { settledBy } from '../../settled.ts'
import type { Configure } from '../configure.ts'
import type { OpenAgent } from '../open.ts'
import type { Plan } from '../plan.ts'
import type { StopRequest } from '../process/stop.ts'
import { applyChanges } from './apply.ts'
import { changesBetween } from './changes.ts'
import { restartReasons } from './compare.ts'

type Reloadable = Pick<OpenAgent, 'plan' | 'log' | 'runners'> & {
  readonly agentProcess: Pick<OpenAgent['agentProcess'], 'logging'>
}

/**
 * Reads the configuration again and applies it, unless it has a problem or needs a restart: then nothing
 * changes. Returns a note for the service manager if something went wrong.
 */
export async function reload(
  agent: Reloadable,
  configure: Configure,
  stop: StopRequest,
): Promise<string | undefined> {
  const { log, agentProcess } = agent
  agentProcess.logging.reopen()
  log.info({ signal: 'SIGHUP' }, 'Reloading')
  const planning = planAgain(agent, configure)
  if (!(await settledBy(planning, stop.signal)) || stop.signal.aborted) return undefined
  const wanted = await planning
  if (wanted === undefined) return 'reload refused: the configuration is wrong'
  if (isRefused(agent.plan, wanted, log)) return 'reload refused: restart the agent'
  return apply(agent, wanted, stop)
}

async function planAgain(
  { plan, log, agentProcess }: Reloadable,
  configure: Configure,
): Promise<Plan | undefined> {
  try {
    const wanted = await configure(plan)
    agentProcess.logging.hide(wanted.secrets.values)
    return wanted
  } catch (error) {
    const known = error instanceof AgentError ? error.problems : []
    for (const problem of known) log.error(formatProblem(problem))
    if (known.length === 0) log.error({ err: error }, messageOf(error))
    log.error('Reload refused: the configuration is wrong; going on as before')
    return undefined
  }
}

function isRefused(running: Plan, wanted: Plan, log: Logger): boolean {
  const reasons = restartReasons(running, wanted)
  for (const { path, message } of reasons) {
    const position = wanted.locate(path)
    const problem = { ...(position && { position }), path, message }
    log.error(`${formatProblem(problem)}: restart the agent`)
  }
  if (reasons.length === 0) return false
  log.error('Reload refused: restart the agent for what has changed; going on as before')
  return true
}

async function apply(
  { plan, log, runners, agentProcess }: Reloadable,
  wanted: Plan,
  stop: StopRequest,
): Promise<string | undefined> {
  const { logging, serviceName } = wanted.config
  agentProcess.logging.change({ level: logging.level, name: serviceName })
  const timeoutMs = Math.ceil(plan.config.shutdown_timeout / 2)
  const applied = await applyChanges(runners, changesBetween(plan, wanted), timeoutMs, log)
  // What was installed and entered at the start stays: a beat that goes may come back.
  runners.follow({ ...wanted, reach: plan.reach, sandbox: plan.sandbox })
  if (stop.signal.aborted) return undefined
  const { failed, ...fields } = applied
  if (failed.length === 0) return void log.info(fields, 'Reloaded')
  log.warn(applied, `Reloaded but for ${failed.join(', ')}`)
  if (runners.all.length === 0) giveUp(log, stop)
  return `reload failed for ${failed.join(', ')}`
}

function giveUp(log: Logger, stop: StopRequest): void {
  log.error('Stopping: no beat is left')
  stop.fail()
}
