import { readFileSync, type Stats, statSync } from 'node:fs'
import type { Plan } from '../../agent/plan.ts'
import { capabilityOf, privilegesOf } from '../../agent/plugins/declared.ts'
import { startFiles } from '../../agent/start-files.ts'
import { folderFindings } from '../../sandbox/check/folders.ts'
import { landlockFindings } from '../../sandbox/check/landlock.ts'
import { processFindings } from '../../sandbox/check/process.ts'
import { programFindings } from '../../sandbox/check/programs.ts'
import { executableFolders } from '../../sandbox/native-libraries.ts'
import { landlockSupport } from '../../sandbox/ruleset.ts'
import type { Finding } from '../../seccomp/check/finding.ts'
import { refusesAllLibraries } from '../../seccomp/kernel/libraries.ts'
import type { EffectivePolicy } from '../../seccomp/policy/merge.ts'
import { userWords } from '../../trust/accounts.ts'
import { walk } from '../../trust/walk.ts'
import { isReadOnly } from '../../trust/way.ts'
import { glibcVersion } from './libc-version.ts'

/** Whether this host can confine the agent as it is configured, and how to mend what it can't. */
export function hostOf(plan: Plan, policy: EffectivePolicy | undefined): readonly Finding[] {
  if (process.platform !== 'linux') return []
  const { config, reach, sandbox } = plan
  const support = landlockSupport()
  const confined = config.landlock.enabled && support.available && reach.inside.length === 0
  const user = userOf(plan)
  const wanted = {
    writes: reach.writes,
    startFiles: startFiles(plan),
    user,
    overridesModes: user.uid === 0 && config.capabilities === 'keep',
    handsOver: plan.account !== undefined && process.geteuid?.() === 0,
    confined,
  }
  const host = {
    stat,
    walk,
    isReadOnly,
    executable: sandbox.ready && refusesAllLibraries(sandbox) ? () => [] : executableFolders,
  }
  return [
    ...landlockFindings({ landlock: config.landlock, reach }, support),
    ...(policy ? programFindings(policy, reach, confined) : []),
    ...folderFindings(wanted, host),
  ]
}

/** The same for the process that this command runs in, as the agent would be started. */
export function processOf({ config, account, plugins }: Plan): readonly Finding[] {
  if (process.platform !== 'linux') return []
  const declared = privilegesOf(plugins).privileges.flatMap(({ title, privilege }) => {
    const capability = capabilityOf(privilege)
    return capability === undefined ? [] : [{ capability, who: title }]
  })
  const held = /^CapPrm:\t([0-9a-f]+)$/m.exec(read('/proc/self/status'))?.[1] ?? '0'
  const facts = {
    uid: process.geteuid?.() ?? 0,
    held: BigInt(`0x${held}`),
    glibc: glibcVersion(),
  }
  return processFindings({ ...config, account, declared }, facts)
}

function userOf({ account }: Plan) {
  if (account && process.geteuid?.() === 0) return account
  const uid = process.geteuid?.() ?? 0
  const name = userWords(uid)
  return { name, uid, gid: process.getegid?.() ?? 0, groups: process.getgroups?.() ?? [] }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Undefined also where it can't be looked at, as in a folder that this user may not enter: others say so then. */
function stat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
