import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import { architectureOf } from '../architectures/architecture.ts'
import { WEIGHTS } from '../architectures/defaults/weights.ts'
import { compile } from '../compiler/compile.ts'
import { encode, type Program } from '../compiler/program.ts'
import { loadPolicy, type Need } from '../policy/layers.ts'
import type { EffectivePolicy } from '../policy/merge.ts'
import type { Action } from '../policy/policy.ts'
import { PolicyError } from '../policy/policy-error.ts'
import type { SeccompConfig } from '../policy/section.ts'
import { diagnosed, diagnoseProblem, urgentNumbers } from './diagnose.ts'
import {
  inheritedFilters,
  installProgram,
  noteDenials,
  probeKernel,
  reportTraps,
  verifySealed,
} from './kernel.ts'
import type { Failure, FailureCode, Installed, Outcome } from './outcome.ts'
import { hasIoUring } from './restart.ts'

/** What is to be installed, or why nothing will be: all that can be known without doing it. */
export type SandboxPlan =
  | { readonly ready: false; readonly outcome: Outcome }
  | {
      readonly ready: true
      readonly config: SeccompConfig
      readonly policy: EffectivePolicy
      /** Of the policy, or, where denials are to be seen from inside, of what makes them visible. */
      readonly program: Program
      readonly diagnosis: Diagnosis
    }

export interface Diagnosis {
  readonly on: boolean
  /** Why it is off, though it was wanted. */
  readonly problem?: string
}

/** Merges and compiles the policy for the running architecture; changes nothing in the process. */
export async function planSandbox(
  config: SeccompConfig,
  needs: readonly Need[],
): Promise<SandboxPlan> {
  const without = (outcome: Outcome): SandboxPlan => ({ ready: false, outcome })
  if (!config.enabled) return without({ state: 'disabled' })
  if (process.platform !== 'linux') return without({ state: 'not-linux' })
  const name = architectureOf(process.arch, endianness())
  if (!name) return without({ state: 'no-policy' })
  try {
    const policy = await loadPolicy(name, config, needs, process.pid)
    if (!policy) return without({ state: 'no-policy' })
    const diagnosis = diagnosisOf(config, policy)
    const program = compile(diagnosis.on ? diagnosed(policy) : policy, WEIGHTS)
    return { ready: true, config, policy, program, diagnosis }
  } catch (error) {
    if (error instanceof PolicyError) return without(refused(error))
    throw error
  }
}

function diagnosisOf({ diagnose }: SeccompConfig, policy: EffectivePolicy): Diagnosis {
  if (!diagnose) return { on: false }
  const problem = diagnoseProblem(policy)
  return problem === undefined ? { on: true } : { on: false, problem }
}

/**
 * Installs the planned filter on every thread of the process, for good (S2), and looks whether it
 * is there. Only from the main thread, once.
 */
export function enterSandbox(plan: SandboxPlan): Outcome {
  if (!plan.ready) return plan.outcome
  const { config, policy, program } = plan
  const kernel = probeKernel()
  if (!kernel.available) return failure('ADDON_UNAVAILABLE', kernel.reason)
  if (!kernel.seccomp) return { state: 'no-kernel-support' }
  const { on: diagnose } = plan.diagnosis
  const used = new Set([...actionsOf(policy), ...(diagnose ? (['trap'] as const) : [])])
  const missing = [...used].filter(action => !kernel.actions.has(action))
  if (missing.length > 0) {
    return failure('ACTION_UNAVAILABLE', `this kernel does not know ${missing.join(', ')}`)
  }
  if (hasIoUring()) return failure('IO_URING_OPEN', 'an io_uring is open, which no filter reaches')
  const inherited = inheritedFilters()
  const bytes = encode(program, policy.architecture.endian)
  const log = config.log && kernel.flags.log
  if (diagnose) noteDenials(urgentNumbers(policy))
  if (used.has('trap')) reportTraps(policy.architecture.table.numbers)
  const known = { inherited, log, diagnose, digest: digestOf(bytes) }
  return install(bytes, log) ?? seal(plan, known)
}

function install(bytes: Uint8Array, log: boolean): Failure | undefined {
  const result = installProgram(bytes, { log })
  if (result.error === undefined) return undefined
  const code = result.thread === undefined ? 'KERNEL_REFUSED' : 'THREAD_NOT_SYNCHRONISED'
  const which = result.thread === undefined ? '' : ` (thread ${result.thread})`
  return failure(code, `${result.error}${which}`)
}

function seal(
  { config, policy, program }: Extract<SandboxPlan, { ready: true }>,
  known: Pick<Installed, 'inherited' | 'log' | 'diagnose' | 'digest'>,
): Outcome {
  const { threads, unsealed } = verifySealed()
  if (threads === 0) return failure('NOT_SEALED', '/proc can’t be read, to look at the threads')
  if (unsealed.length > 0) {
    const tids = unsealed.map(({ tid }) => tid).join(', ')
    return failure('NOT_SEALED', `threads without the filter: ${tids}`)
  }
  return {
    state: 'installed',
    mode: config.mode,
    architecture: policy.architecture.name,
    instructions: program.length,
    threads,
    ...known,
  }
}

/** Of the program as the kernel gets it. */
function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
}

/** Every action that some call of the policy may meet. */
export function actionsOf({ decisions, defaultAction }: EffectivePolicy): ReadonlySet<Action> {
  const used = decisions.flatMap(({ rules, otherwise }) => [
    ...rules.map(({ verdict }) => verdict.action),
    otherwise.action,
  ])
  return new Set([...used, defaultAction])
}

function refused(error: PolicyError): Failure {
  const names = error.names.map(({ name }) => name)
  return { ...failure(error.code, error.message), ...(names.length > 0 ? { names } : {}) }
}

const HINTS: { readonly [C in FailureCode]: string } = {
  UNKNOWN_SYSCALL: 'correct the names; `sealbeat seccomp show --all` lists those that exist here',
  ACTION_UNAVAILABLE: 'use another action, or a newer kernel: kill_process and log came with 4.14',
  PROGRAM_TOO_LARGE: 'use fewer names_with_args, or names without conditions',
  ADDON_UNAVAILABLE:
    'npm builds it from version 12 on only where allowScripts in package.json lists it',
  KERNEL_REFUSED: 'see seccomp(2) for the error; a container may forbid the call',
  THREAD_NOT_SYNCHRONISED: 'a library has sandboxed a thread of its own; load it after the start',
  NOT_SEALED: 'report this: the kernel said that the filter was installed on every thread',
  IO_URING_OPEN:
    'start the agent with `sealbeat run`, or under a filter that denies io_uring_setup',
}

function failure(code: FailureCode, reason: string): Failure {
  return { state: 'failed', code, reason, hint: HINTS[code] }
}
