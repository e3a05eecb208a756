import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Confined } from '../sandbox/confine.ts'
import { type Filtered, type Host, type Refusals, refusalHint } from '../sandbox/refusal.ts'
import { isAllowed } from '../seccomp/policy/denies.ts'
import { refusedSockets } from '../seccomp/policy/sockets.ts'
import type { Plan } from './plan.ts'
import type { SandboxState } from './sandbox.ts'

/** Says of an error that was logged who refused it and what to declare, if the sandbox did. */
export function explainRefusals(
  { reach, sandbox }: Pick<Plan, 'reach' | 'sandbox'>,
  { landlock }: Confined,
  { outcome }: SandboxState,
): (thrown: unknown) => string | undefined {
  const isFiltered = sandbox.ready && outcome.state === 'installed'
  const refusals: Refusals = {
    reach,
    abi: 'abi' in landlock ? landlock.abi : undefined,
    filtered: isFiltered ? filteredBy(sandbox.policy) : new Set(),
  }
  return thrown => refusalHint(thrown, refusals, HOST)
}

function filteredBy(policy: Decisions): Filtered {
  const starts = STARTING.every(names => isOpen(policy, names))
  return new Set([...(starts ? [] : ['programs' as const]), ...refusedSockets(policy)])
}

type Decisions = Pick<(Plan['sandbox'] & { readonly ready: true })['policy'], 'decisions'>

/** To start a program takes one call of each. */
const STARTING = [
  ['execve', 'execveat'],
  ['clone', 'fork', 'vfork'],
]

function isOpen({ decisions }: Decisions, names: readonly string[]): boolean {
  return decisions.some(each => names.includes(each.name) && isAllowed(each))
}

const MODES = {
  read: constants.R_OK,
  write: constants.W_OK,
  execute: constants.X_OK,
  enter: constants.X_OK,
} as const

/** access(2) and stat(2) are not refused by a domain: landlock(7). */
const HOST: Host = {
  path: process.env.PATH ?? '/usr/bin:/bin',
  pid: process.pid,
  mayAccess(path, how) {
    try {
      accessSync(path, MODES[how])
      return true
    } catch {
      return false
    }
  },
  exists: existsSync,
  real: realPath,
  isOwn(pid) {
    const uid = process.geteuid?.()
    return uid === 0 || statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === uid
  },
  device: folder => statSync(folder, { throwIfNoEntry: false })?.dev,
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(realPath(above), basename(path))
  }
}
