// The first half of the sandbox stage: what holds where a filter of system calls can't.
//
//   user          setgroups, setgid, setuid, if the configuration names one; what the agent writes later is
//                 given to that user first
//   confine       no_new_privs, the Landlock domain and the drop of capabilities on every thread  (lib/sandbox/)
//   undumpable    no process of the same user reads or writes this one's memory, and no core has its secrets
//
// Each part stands alone: one that fails gets one line, and the agent goes on, unless that part is required. A
// user that can't be had ends the start: the agent would go on as root.

import { dirname, isAbsolute, resolve } from 'node:path'
import type { Logger } from 'pino'
import { AgentError, messageOf } from '../errors.ts'
import { become } from '../sandbox/become.ts'
import { type Confined, confine } from '../sandbox/confine.ts'
import { capabilitiesLine, type Line, landlockLine } from '../sandbox/outcome.ts'
import type { Asked, Reach } from '../sandbox/reach.ts'
import { makeUndumpable } from '../sandbox/undumpable.ts'
import type { Plan } from './plan.ts'
import { handOver } from './process/hand-over.ts'

/** The part of an open agent that is needed. */
interface ConfineDeps {
  readonly plan: Pick<Plan, 'reach' | 'account' | 'config' | 'files' | 'beats'>
  readonly log: Logger
}

/** @throws AgentError `OPEN_FAILED` if the user can't be changed, `SANDBOX_REQUIRED` */
export function confineAgent({ plan, log }: ConfineDeps): Confined {
  changeUser(plan, log)
  const { landlock, capabilities } = plan.config
  const reach = { ...plan.reach, writes: [...plan.reach.writes, ...writtenByNode()] }
  const confined = confine({ reach, landlock, capabilities })
  report(confined, log)
  if (confined.landlock.state === 'entered') warnOfOwnFiles(plan, reach, log)
  for (const note of confined.notes) log.warn(`Landlock: ${note}`)
  if (landlock.required && confined.landlock.state !== 'entered') {
    throw required(landlockLine(confined.landlock), 'landlock.required is true', log)
  }
  if (capabilities === 'required' && confined.capabilities.state !== 'dropped') {
    throw required(
      capabilitiesLine(confined.capabilities),
      'capabilities are required to be dropped',
      log,
    )
  }
  const problem = makeUndumpable()
  if (problem !== undefined)
    log.warn(`Other processes of this user can read its memory: ${problem}`)
  return confined
}

function changeUser(
  { account, reach, config: { path, logging } }: ConfineDeps['plan'],
  log: Logger,
): void {
  const uid = process.geteuid?.()
  if (account === undefined) {
    if (uid === 0)
      log.warn('Running as root: `user` names whom the agent becomes once everything is open')
    return
  }
  if (uid !== 0 && uid !== account.uid) {
    throw userError(account.name, `only root can become another user, and this is uid ${uid}`)
  }
  if (uid !== 0) return
  const own = [path.data, ...(logging.to_files ? [path.logs] : [])]
  const others = reach.writes.map(({ what }) => what).filter(folder => !own.includes(folder))
  const problems = handOver({ own, others }, account)
  if (problems.length > 0) throw userError(account.name, problems.join('; '))
  try {
    become(account, reach.capabilities.length > 0)
  } catch (error) {
    throw userError(account.name, messageOf(error))
  }
  log.info({ user: account }, 'User changed')
}

function userError(name: string, reason: string): AgentError {
  return new AgentError('OPEN_FAILED', `user ${name}: ${reason}`)
}

function report({ landlock, capabilities }: Confined, log: Logger): void {
  for (const { level, message, fields } of [
    landlockLine(landlock),
    capabilitiesLine(capabilities),
  ]) {
    log[level](fields, message)
  }
}

function required({ message, fields }: Line, why: string, log: Logger): AgentError {
  const reason = `${message}, and ${why}: not running without it`
  log.fatal(fields, reason)
  return new AgentError('SANDBOX_REQUIRED', reason)
}

/** Landlock can't take a file out of a folder that may be written, so what starts the agent must not be in one. */
function warnOfOwnFiles(
  { files, beats, config }: ConfineDeps['plan'],
  reach: Reach,
  log: Logger,
): void {
  const modules = beats.map(beat => beat.config.type).filter(type => /^\.{0,2}\//.test(type))
  const startsIt = [...files, ...modules.map(type => resolve(config.path.config, type))]
  for (const file of startsIt.map(file => (isAbsolute(file) ? file : resolve(file)))) {
    const folder = reach.writes.find(({ what }) => `${dirname(file)}/`.startsWith(`${what}/`))
    if (folder) {
      const { what, who } = folder
      log.warn(
        `${file} is below ${what}, which ${who} may write: code in the agent can change the next start`,
      )
    }
  }
}

/** Where Node itself writes at its end: the data of a coverage report. */
function writtenByNode(): readonly Asked<string>[] {
  const folder = process.env.NODE_V8_COVERAGE
  return folder
    ? [{ what: resolve(folder), who: 'NODE_V8_COVERAGE', why: 'the coverage of tests' }]
    : []
}
