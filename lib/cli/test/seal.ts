import { writtenByNode } from '../../agent/confine.ts'
import { prepareForNoLibraries } from '../../agent/late-libraries.ts'
import type { Plan } from '../../agent/plan.ts'
import { AgentError } from '../../errors.ts'
import { become } from '../../sandbox/become.ts'
import { confine } from '../../sandbox/confine.ts'
import { capabilitiesLine, type Line, landlockLine } from '../../sandbox/outcome.ts'
import { makeUndumpable } from '../../sandbox/undumpable.ts'
import { outcomeLine } from '../../seccomp/kernel/outcome.ts'
import { enterSandbox } from '../../seccomp/kernel/stage.ts'

/**
 * Confines this process as an agent with this plan would be: the user, the domain, no capabilities, undumpable, the
 * filter. Nothing of the agent's is changed on the disk. Returns a line for each part that could not be had.
 *
 * @throws AgentError `SANDBOX_REQUIRED` if such a part is required, `OPEN_FAILED` if the user can't be changed
 */
export function sealAs(plan: Plan): readonly string[] {
  changeUser(plan)
  const { landlock, capabilities, seccomp } = plan.config
  const reach = { ...plan.reach, writes: [...plan.reach.writes, ...writtenByNode()] }
  const confined = confine({ reach, landlock, capabilities })
  const undumpable = makeUndumpable()
  prepareForNoLibraries(plan)
  const outcome = enterSandbox(plan.sandbox)
  const [domain, dropped, filter] = [
    landlockLine(confined.landlock),
    capabilitiesLine(confined.capabilities),
    outcomeLine(outcome),
  ]
  demand(domain, landlock.required && confined.landlock.state !== 'entered')
  demand(dropped, capabilities === 'required' && confined.capabilities.state !== 'dropped')
  demand(filter, seccomp.required && outcome.state !== 'installed')
  return [
    ...[domain, dropped, filter].filter(({ level }) => level === 'warn' || level === 'error'),
    ...(undumpable === undefined ? [] : [{ message: undumpable, fields: {} }]),
  ].map(wordsOf)
}

function changeUser({ account, reach }: Plan): void {
  if (account === undefined || process.geteuid?.() !== 0) return
  try {
    become(account, reach.capabilities.length > 0)
  } catch (cause) {
    throw new AgentError('OPEN_FAILED', `user ${account.name}: ${String(cause)}`, { cause })
  }
}

function demand(line: Pick<Line, 'message' | 'fields'>, isMissing: boolean): void {
  if (!isMissing) return
  const reason = `${wordsOf(line)}, and that is required: nothing is tested without it`
  throw new AgentError('SANDBOX_REQUIRED', reason)
}

function wordsOf({ message, fields }: Pick<Line, 'message' | 'fields'>): string {
  const { error, reason, hint } = Object(fields)
  const more = [error?.message ?? reason, hint].filter(each => each !== undefined)
  return [message, ...more].join(': ')
}
