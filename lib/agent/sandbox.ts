// The sandbox stage: puts the filter on every thread and logs how that went.
//
//   plan.sandbox   the compiled filter, or why there is none          (seccomp/kernel/stage.ts)
//     → install    on every thread, then verified thread by thread
//     → one line   in the words of the specification: installed, disabled, not supported, or failed
//
// An agent that could not be sandboxed runs all the same (S10), unless `seccomp.required` is true.

import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { AgentError } from '../errors.ts'
import { terminalOf } from '../log/terminal.ts'
import { sectionOf } from '../seccomp/export/section-data.ts'
import { denials } from '../seccomp/kernel/denials.ts'
import { type Outcome, outcomeLine } from '../seccomp/kernel/outcome.ts'
import type { RestartOutcome } from '../seccomp/kernel/restart.ts'
import { enterSandbox } from '../seccomp/kernel/stage.ts'
import { effectless } from '../seccomp/policy/effectless.ts'
import { DenialLog } from './denial-log.ts'
import { prepareForNoLibraries, unseenMappings } from './late-libraries.ts'
import type { Plan } from './plan.ts'
import type { AgentProcess } from './process/agent-process.ts'

/** The part of an open agent that the stage needs. */
interface SandboxDeps {
  readonly plan: Pick<Plan, 'sandbox' | 'stacks'> & {
    readonly config: Pick<Config, 'seccomp'> & {
      readonly logging: Pick<Config['logging'], 'to_stderr'>
    }
  }
  readonly log: Logger
  readonly agentProcess: Pick<AgentProcess, 'addCloser'> & {
    readonly logging: Pick<AgentProcess['logging'], 'isShown'>
  }
}

export interface SandboxState {
  readonly outcome: Outcome
  /** Under `seccomp.diagnose`: the denials so far, by system call. */
  readonly denials?: () => ReadonlyMap<string, number>
}

/**
 * @param restart the outcome of the restart without an io_uring, if one was tried
 * @throws AgentError `SANDBOX_REQUIRED`
 */
export function sandbox(
  { plan, log, agentProcess }: SandboxDeps,
  restart: RestartOutcome | undefined,
): SandboxState {
  if (typeof restart === 'object') {
    const { code, reason } = restart
    log.warn({ error: { code, message: reason } }, 'The start without io_uring failed')
  }
  if (plan.sandbox.ready) {
    log.debug({ policy: sectionOf(plan.sandbox.policy) }, 'Loading syscall filter')
    for (const message of effectless(plan.sandbox.policy)) log.warn(`seccomp: ${message}`)
  }
  if (plan.sandbox.ready && plan.sandbox.diagnosis.problem !== undefined) {
    log.warn(`seccomp.diagnose is off: ${plan.sandbox.diagnosis.problem}`)
  }
  const unseen = unseenMappings(plan)
  if (unseen !== undefined) log.warn(unseen)
  const libraries = prepareForNoLibraries(plan)
  if (libraries.length > 0) log.debug({ libraries }, 'Libraries loaded early')
  const outcome = enterSandbox(plan.sandbox)
  const { level, message, fields } = outcomeLine(outcome)
  log[level](fields, message)
  if (plan.config.seccomp.required && outcome.state !== 'installed') {
    const required = `${message}, and seccomp.required is true: not running without it`
    // The line before has the details: in words on a terminal; in fields, or in a file, which are seldom read.
    const isRead = plan.config.logging.to_stderr && terminalOf(2) !== undefined
    const reason = `${required}${isRead ? '' : detailsOf(outcome)}`
    log.fatal(reason)
    const error = new AgentError('SANDBOX_REQUIRED', reason)
    error.isSaid = agentProcess.logging.isShown('fatal')
    throw error
  }
  if (outcome.state !== 'installed' || !outcome.diagnose) return { outcome }
  agentProcess.addCloser('the denials', new DenialLog(log, plan.stacks).start())
  return { outcome, denials }
}

function detailsOf(outcome: Outcome): string {
  return outcome.state === 'failed' ? ` (${outcome.reason}; ${outcome.hint})` : ''
}
