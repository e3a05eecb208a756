import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Confined } from '../sandbox/confine.ts'
import { executableFolders } from '../sandbox/native-libraries.ts'
import { type Filtered, type Host, type Refusals, refusalHint } from '../sandbox/refusal/refusal.ts'
import { refusesLibraries } from '../seccomp/kernel/libraries.ts'
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
    filtered: isFiltered ? filteredBy(sandbox) : new Set(),
  }
  return thrown => refusalHint(thrown, refusals, HOST)
}

type Filter = Plan['sandbox'] & { readonly ready: true }

function filteredBy(filter: Filter): Filtered {
  const { policy } = filter
  const starts = STARTING.every(names => isOpen(policy, names))
  return new Set([
    ...(starts ? [] : ['programs' as const]),
    ...(refusesLibraries(filter) ? ['libraries' as const] : []),
    ...refusedSockets(policy),
  ])
}

/** To start a program takes one call of each. */
const STARTING = [
  ['execve', 'execveat'],
  ['clone', 'fork', 'vfork'],
]

function isOpen(
  { decisions }: Pick<Filter['policy'], 'decisions'>,
  names: readonly string[],
): boolean {
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
  mayLoad: path => executableFolders([path]).length > 0,
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
