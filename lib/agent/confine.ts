// The confine stage: what holds where a filter of system calls can't.
//
//   user          setgroups, setgid, setuid, if the configuration names one; what the agent writes later is
//                 given to that user first
//   confine       no_new_privs, the Landlock domain and the drop of capabilities on every thread  (lib/sandbox/)
//   undumpable    no process of the same user reads or writes this one's memory, and no core has its secrets
//
// Each part stands alone: one that fails gets one line, and the agent goes on, unless that part is required. A
// user that can't be had ends the start: the agent would go on as root.

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { AgentError, messageOf } from '../errors.ts'
import type { Account } from '../sandbox/account.ts'
import { become } from '../sandbox/become.ts'
import { type Confined, confine } from '../sandbox/confine.ts'
import { changeableText, exposedFiles, exposedText } from '../sandbox/exposed.ts'
import { executableFolders } from '../sandbox/native-libraries.ts'
import { capabilitiesLine, type Line, landlockLine } from '../sandbox/outcome.ts'
import type { Asked, Reach } from '../sandbox/reach.ts'
import { makeUndumpable } from '../sandbox/undumpable.ts'
import { refusesAllLibraries } from '../seccomp/kernel/libraries.ts'
import { walk } from '../trust/walk.ts'
import { isReadOnly } from '../trust/way.ts'
import type { Plan } from './plan.ts'
import type { AgentProcess } from './process/agent-process.ts'
import { handOver, unwritable } from './process/hand-over.ts'
import { startFiles } from './start-files.ts'

/** The part of an open agent that is needed. */
interface ConfineDeps {
  readonly plan: Pick<Plan, 'reach' | 'account' | 'config' | 'files' | 'plugins' | 'sandbox'>
  readonly log: Logger
  readonly agentProcess: { readonly logging: Shown }
}

type Shown = Pick<AgentProcess['logging'], 'isShown'>

/** The log, and what of it is on standard error. */
interface Saying {
  readonly log: Logger
  readonly logging: Shown
}

/** @throws AgentError `OPEN_FAILED` if the user can't be changed, `SANDBOX_REQUIRED` */
export function confineAgent({ plan, log, agentProcess }: ConfineDeps): Confined {
  changeUser(plan, log)
  const { landlock, capabilities } = plan.config
  const reach = { ...plan.reach, writes: [...plan.reach.writes, ...writtenByNode()] }
  const confined = confine({ reach, landlock, capabilities })
  report(confined, log)
  warnOfNextStart(plan, 'abi' in confined.landlock ? reach.writes : undefined, log)
  if ('abi' in confined.landlock) noteExecutable(reach, plan, log)
  if (confined.capabilities.state === 'dropped') warnOfOthersFolders(reach, log)
  for (const note of confined.notes) log.warn(`Landlock: ${note}`)
  const say = { log, logging: agentProcess.logging }
  if (landlock.required && confined.landlock.state !== 'entered') {
    throw required(landlockLine(confined.landlock), 'landlock.required is true', say)
  }
  if (capabilities === 'required' && confined.capabilities.state !== 'dropped') {
    throw required(
      capabilitiesLine(confined.capabilities),
      'capabilities are required to be dropped',
      say,
    )
  }
  const problem = makeUndumpable()
  if (problem !== undefined)
    log.warn(`Other processes of this user can read its memory: ${problem}`)
  return confined
}

function changeUser(
  { account, reach, config: { path, logging, queue } }: ConfineDeps['plan'],
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
  const own = [path.data, ...(logging.to_files ? [path.logs] : []), ...queue.outside]
  const others = reach.writes.map(({ what }) => what).filter(folder => !own.includes(folder))
  const problems = orEnd(account, () => handOver({ own, others }, account))
  if (problems.length > 0) throw userError(account.name, problems.join('; '))
  orEnd(account, () => become(account, reach.capabilities.length > 0))
  log.info({ user: account }, 'User changed')
}

/** @param writes where the domain lets the agent write; undefined without a domain, where its user decides */
function warnOfNextStart(
  plan: ConfineDeps['plan'],
  writes: Reach['writes'] | undefined,
  log: Logger,
): void {
  const files = startFiles(plan)
  if (writes) {
    for (const each of exposedFiles(files, writes)) log.warn(exposedText(each))
    return
  }
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()]
  if (uid === undefined || gid === undefined) return
  const ways = files.map(path => ({ path, ...walk(path) }))
  const user = { uid, gid, groups: process.getgroups?.() ?? [] }
  const text = changeableText(ways, user, isReadOnly)
  if (text !== undefined) log.warn(text)
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** What Landlock can't refuse, by the mounts of this process: NoExecPaths= of its unit is among them. */
function noteExecutable({ writes }: Reach, { sandbox }: Pick<Plan, 'sandbox'>, log: Logger): void {
  if (sandbox.ready && refusesAllLibraries(sandbox)) return
  // Landlock grants nothing where there is no folder.
  const granted = [...new Set(writes.map(({ what }) => what))].filter(isFolder)
  const folders = executableFolders(granted)
  if (folders.length === 0) return
  const hint =
    'mount them with noexec, or set NoExecPaths= in the unit; with seccomp.late_libraries: refuse, none is loaded'
  log.info({ folders, hint }, 'Native code can be loaded from folders that the agent writes')
}

/** With its capabilities, root has lost the power over files of others. */
function warnOfOthersFolders({ writes, capabilities }: Reach, log: Logger): void {
  if (process.geteuid?.() !== 0) return
  if (capabilities.some(({ what }) => what === 'CAP_DAC_OVERRIDE')) return
  const root = { name: 'root without capabilities', uid: 0, gid: 0, groups: [] }
  for (const problem of unwritable(
    writes.map(({ what }) => what),
    root,
  )) {
    log.warn(`${problem}; or set \`user\` to its owner`)
  }
}

/** Whatever goes wrong before the user has changed ends the start. */
function orEnd<T>({ name }: Account, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw userError(name, messageOf(error))
  }
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

function required({ message, fields }: Line, why: string, { log, logging }: Saying): AgentError {
  const reason = `${message}, and ${why}: not running without it`
  log.fatal(fields, reason)
  const error = new AgentError('SANDBOX_REQUIRED', reason)
  error.isSaid = logging.isShown('fatal')
  return error
}

/** Where Node itself writes at its end: the data of a coverage report. */
export function writtenByNode(): readonly Asked<string>[] {
  const folder = process.env.NODE_V8_COVERAGE
  return folder
    ? [{ what: resolve(folder), who: 'NODE_V8_COVERAGE', why: 'the coverage of tests' }]
    : []
}
