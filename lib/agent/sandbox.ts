import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { AgentError } from '../errors.ts'
import { sectionOf } from '../seccomp/export/section-data.ts'
import { type Outcome, outcomeLine } from '../seccomp/kernel/outcome.ts'
import type { RestartOutcome } from '../seccomp/kernel/restart.ts'
import { enterSandbox } from '../seccomp/kernel/stage.ts'
import type { Plan } from './configure.ts'
import { DenialLog } from './denial-log.ts'
import type { AgentProcess } from './process/agent-process.ts'

/** As much of an open agent as the stage looks at. */
export interface SandboxDeps {
  readonly plan: Pick<Plan, 'sandbox' | 'stacks'> & { readonly config: Pick<Config, 'seccomp'> }
  readonly log: Logger
  readonly agentProcess: Pick<AgentProcess, 'addCloser'>
}

/**
 * Puts every thread under the filter and logs how that went, in the words of the specification. An
 * agent that could not is none the less run (S10), unless `seccomp.required` says otherwise.
 *
 * @throws AgentError `SANDBOX_REQUIRED`
 */
export function sandbox(
  { plan, log, agentProcess }: SandboxDeps,
  restart?: RestartOutcome,
): Outcome {
  if (typeof restart === 'object') {
    const { code, reason } = restart
    log.warn({ error: { code, message: reason } }, 'The start without io_uring failed')
  }
  if (plan.sandbox.ready) {
    log.debug({ policy: sectionOf(plan.sandbox.policy) }, 'Loading syscall filter')
  }
  if (plan.sandbox.ready && plan.sandbox.diagnosis.problem !== undefined) {
    log.warn(`seccomp.diagnose is off: ${plan.sandbox.diagnosis.problem}`)
  }
  const outcome = enterSandbox(plan.sandbox)
  const { level, message, fields } = outcomeLine(outcome)
  log[level](fields, message)
  if (plan.config.seccomp.required && outcome.state !== 'installed') {
    const reason = `${message}, and seccomp.required is true: not running without it`
    log.fatal(reason)
    throw new AgentError('SANDBOX_REQUIRED', `${reason}${detailsOf(outcome)}`)
  }
  if (outcome.state === 'installed' && outcome.diagnose) {
    agentProcess.addCloser('the denials', new DenialLog(log, plan.stacks).start())
  }
  return outcome
}

/** The log says it in fields; the last line that the user sees has it too. */
function detailsOf(outcome: Outcome): string {
  return outcome.state === 'failed' ? ` (${outcome.reason}; ${outcome.hint})` : ''
}
