// The seccomp stage: from the configuration to a filter on every thread. It has two halves, because the
// caller logs the effective policy in between.
//
// planSandbox() changes nothing. It decides whether a filter applies at all (enabled, on Linux, with a
// policy for this architecture), merges the policy, compiles it and settles whether `diagnose` is
// possible. With `diagnose`, the compiled program traps where the policy denies.
//
// enterSandbox() is irrevocable. It asks the kernel for the flags and actions that the policy needs,
// refuses to go on if an io_uring is open, installs the signal handler before the filter that may
// trap, installs the filter by TSYNC, and then checks every thread in /proc instead of trusting the
// result. Expected failures are an `Outcome` with a hint; the caller logs its one line (outcome.ts).

import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import { architectureOf } from '../architectures/architecture.ts'
import { WEIGHTS } from '../architectures/defaults/weights.ts'
import { compile } from '../compiler/compile.ts'
import { encode, type Program } from '../compiler/program.ts'
import { type Declared, loadPolicy } from '../policy/layers.ts'
import type { EffectivePolicy } from '../policy/merge.ts'
import type { Action } from '../policy/policy.ts'
import { PolicyError } from '../policy/policy-error.ts'
import type { SeccompConfig } from '../policy/section.ts'
import { diagnosed, diagnoseProblem, urgentNumbers } from './diagnose.ts'
import {
  countsFilters,
  inheritedFilters,
  installProgram,
  noteDenials,
  probeKernel,
  reportTraps,
  verifySealed,
} from './kernel.ts'
import type { Failure, FailureCode, Installed, Outcome } from './outcome.ts'
import { isProven, provable } from './proof.ts'
import { hasIoUring } from './restart.ts'

/** The filter to install, or the outcome if there will be none: all that is known beforehand. */
export type SandboxPlan =
  | { readonly ready: false; readonly outcome: Outcome }
  | {
      readonly ready: true
      readonly config: SeccompConfig
      readonly policy: EffectivePolicy
      /** Compiled from the policy, or under `diagnose` from its trapping form (`diagnosed`). */
      readonly program: Program
      readonly diagnosis: Diagnosis
    }

interface Diagnosis {
  readonly on: boolean
  /** The reason if it was requested but is off. */
  readonly problem?: string
}

/** Merges and compiles the policy for the running architecture; changes nothing in the process. */
export async function planSandbox(config: SeccompConfig, declared: Declared): Promise<SandboxPlan> {
  const without = (outcome: Outcome): SandboxPlan => ({ ready: false, outcome })
  if (!config.enabled) return without({ state: 'disabled' })
  if (process.platform !== 'linux') return without({ state: 'not-linux' })
  const name = architectureOf(process.arch, endianness())
  if (!name) return without({ state: 'no-policy' })
  try {
    const policy = await loadPolicy(name, config, declared, process.pid)
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
 * Installs the planned filter on every thread of the process, irrevocably (S2), and verifies it. Works
 * once, and only from the main thread.
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
  if (hasIoUring())
    return failure('IO_URING_OPEN', 'an io_uring is open, and no filter applies to its requests')
  const inherited = inheritedFilters()
  const { endian, table } = policy.architecture
  const bytes = encode(program, endian)
  const prctl = countsFilters() || inherited === 0 ? undefined : table.numbers.prctl
  const log = config.log && kernel.flags.log
  if (diagnose) noteDenials(urgentNumbers(policy))
  if (used.has('trap')) reportTraps(policy.architecture.table.numbers)
  const known = { inherited, log, diagnose, digest: digestOf(bytes) }
  const loaded = prctl === undefined ? bytes : encode(provable(program, prctl, endian), endian)
  return install(loaded, log) ?? verify(plan, known, prctl === undefined || isProven())
}

function install(bytes: Uint8Array, log: boolean): Failure | undefined {
  const result = installProgram(bytes, { log })
  if (result.error === undefined) return undefined
  const code = result.thread === undefined ? 'KERNEL_REFUSED' : 'THREAD_NOT_SYNCHRONISED'
  const which = result.thread === undefined ? '' : ` (thread ${result.thread})`
  return failure(code, `${result.error}${which}`)
}

function verify(
  { config, policy, program }: Extract<SandboxPlan, { ready: true }>,
  known: Pick<Installed, 'inherited' | 'log' | 'diagnose' | 'digest'>,
  isProven: boolean,
): Outcome {
  const { threads, unsealed } = verifySealed(known.inherited + 1)
  if (threads === 0)
    return failure('NOT_SEALED', '/proc can’t be read, so the threads can’t be checked')
  // A filter that is missing altogether was never installed, whatever seccomp(2) has answered.
  const isPretended = unsealed.length === threads && unsealed.every(isAsBefore(known.inherited))
  if (isPretended || !isProven) {
    const why = 'seccomp(2) has answered with success, but no thread has the filter'
    return failure('PRETENDED', why)
  }
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

function isAsBefore(inherited: number) {
  return ({
    seccomp,
    filters,
  }: {
    readonly seccomp: number
    readonly filters?: number | undefined
  }) => (filters === undefined ? seccomp !== 2 : filters === inherited)
}

/** The digest of the encoded program. */
function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
}

/** Every action that the policy may apply to some call. */
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
  UNKNOWN_SYSCALL:
    'correct the names; `sealbeat seccomp show --all` lists those that exist here, and must_exist: false leaves out those of other architectures',
  ACTION_UNAVAILABLE: 'use another action or a newer kernel: kill_process and log need Linux 4.14',
  PROGRAM_TOO_LARGE: 'use fewer names_with_args, or names without conditions',
  ADDON_UNAVAILABLE:
    'from version 12 on, npm only builds it if allowScripts in package.json lists it',
  KERNEL_REFUSED: 'look the error up in seccomp(2); a container may forbid the call',
  THREAD_NOT_SYNCHRONISED:
    'a library has put a filter on one of its threads; load it after the start',
  NOT_SEALED:
    'report this as a bug: the kernel claimed to have installed the filter on every thread',
  PRETENDED:
    'an outer filter, such as a container’s, answers seccomp(2) itself: it must let the call through',
  IO_URING_OPEN:
    'start the agent with `sealbeat run`, or under a filter that denies io_uring_setup',
}

function failure(code: FailureCode, reason: string): Failure {
  return { state: 'failed', code, reason, hint: HINTS[code] }
}
