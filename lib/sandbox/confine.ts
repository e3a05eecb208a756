// Confines every thread: no_new_privs, the Landlock domain and the drop of capabilities, in one sweep.
//
//   support   what the kernel has; a part that is missing leaves the others
//   ruleset   from the domain, which is pure (domain.ts)
//   sweep     every thread does it itself, and proves it (addon/sandbox/)
//   outcome   one for each part (outcome.ts): a thread that could not be reached is named
//
// A domain that the main thread can't enter must not keep the capabilities: the sweep is done again without it.

import { closeSync, readdirSync, readFileSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import type { NativeAnswer, NativeSandbox, NativeSwept } from '../addon.ts'
import type { CapabilitiesMode, LandlockConfig } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import { capabilityBits, capabilityNames } from './capabilities.ts'
import { type Domain, domainOf } from './domain.ts'
import {
  type CapabilitiesOutcome,
  type Failed,
  type FailureCode,
  HINTS,
  type LandlockOutcome,
  type Partial,
} from './outcome.ts'
import type { Reach } from './reach.ts'
import {
  createRuleset,
  landlockSupport,
  nativeSandbox,
  type Ruleset,
  SWEEP_TIMEOUT_MS,
} from './ruleset.ts'

/** `Step` of addon/sandbox/confine.h: keep, no_new_privs, Landlock, proof, capabilities. */
const STEPS = ['', 'prctl', 'prctl', 'landlock_restrict_self', 'proof', 'capset'] as const
const [NO_NEW_PRIVS, RESTRICT_SELF, PROOF, CAPSET] = [2, 3, 4, 5] as const

/** A thread that fails at one of these is outside of the domain; it drops its capabilities all the same. */
const OUTSIDE: readonly number[] = [NO_NEW_PRIVS, RESTRICT_SELF, PROOF]
/** Without no_new_privs a program could give capabilities back. */
const UNDROPPED: readonly number[] = [NO_NEW_PRIVS, CAPSET]

interface ConfineSettings {
  readonly reach: Reach
  readonly landlock: Pick<LandlockConfig, 'enabled'>
  readonly capabilities: CapabilitiesMode
}

export interface Confined {
  readonly landlock: LandlockOutcome
  readonly capabilities: CapabilitiesOutcome
  /** What was granted otherwise than it was declared. */
  readonly notes: readonly string[]
}

/** Irrevocable. Works once; later calls would add a second domain. */
export function confine({ reach, landlock, capabilities }: ConfineSettings): Confined {
  if (process.platform !== 'linux') {
    const state = 'not-linux'
    return { landlock: { state }, capabilities: { state }, notes: [] }
  }
  const keep = capabilities === 'keep' ? undefined : capabilityBits(reach.capabilities.map(whatOf))
  const native = nativeSandbox()
  if ('problem' in native)
    return withoutNative(failure('ADDON_UNAVAILABLE', native.problem), landlock, keep)
  const prepared = prepare(native, reach, landlock)
  const first =
    'ruleset' in prepared ? sweep(native.sandbox, prepared.ruleset.descriptor, keep) : undefined
  const inDomain =
    first && 'ruleset' in prepared ? landlockOutcome(first, prepared.domain) : undefined
  // What the main thread has refused, no thread has done.
  const again = inDomain === undefined || inDomain.state === 'failed'
  const last = again && keep !== undefined ? sweep(native.sandbox, -1, keep) : first
  return {
    landlock: inDomain ?? ('outcome' in prepared ? prepared.outcome : { state: 'disabled' }),
    capabilities: keep === undefined || !last ? { state: 'kept' } : droppedOutcome(last, keep),
    notes: 'ruleset' in prepared ? prepared.ruleset.notes : [],
  }
}

function withoutNative(
  failed: Failed,
  { enabled }: Pick<LandlockConfig, 'enabled'>,
  keep: bigint | undefined,
): Confined {
  return {
    landlock: enabled ? failed : { state: 'disabled' },
    capabilities: keep === undefined ? { state: 'kept' } : failed,
    notes: [],
  }
}

type Prepared =
  | { readonly outcome: LandlockOutcome }
  | { readonly domain: Domain; readonly ruleset: Ruleset }

/** A ruleset in the kernel, or the outcome if there will be none. */
function prepare(
  native: { readonly sandbox: NativeSandbox },
  reach: Reach,
  { enabled }: Pick<LandlockConfig, 'enabled'>,
): Prepared {
  if (!enabled) return { outcome: { state: 'disabled' } }
  if (reach.inside.length > 0) {
    return { outcome: { state: 'given-up', who: reach.inside.map(({ who }) => who) } }
  }
  const support = landlockSupport(native)
  if (!support.available) return { outcome: { state: 'unavailable', reason: support.reason } }
  const domain = domainOf(reach, support)
  try {
    return { domain, ruleset: createRuleset(native.sandbox, domain) }
  } catch (error) {
    return { outcome: failure('KERNEL_REFUSED', messageOf(error)) }
  }
}

function sweep(native: NativeSandbox, ruleset: number, keep: bigint | undefined): NativeSwept {
  try {
    return native.confine(ruleset, keep, false, SWEEP_TIMEOUT_MS)
  } finally {
    if (ruleset >= 0) closeSync(ruleset)
  }
}

function landlockOutcome(swept: NativeSwept, { abi, lacking }: Domain): LandlockOutcome {
  const hasFailed = ({ errno, step }: NativeAnswer) => errno !== 0 && OUTSIDE.includes(step)
  const failed = failureOf(swept, hasFailed)
  if (failed !== undefined) return failed
  if (!swept.proven) return { state: 'unproven', abi, threads: threadIds().length, lacking }
  return { state: 'entered', abi, threads: threadIds().length, lacking }
}

function droppedOutcome(swept: NativeSwept, keep: bigint): CapabilitiesOutcome {
  const failed = failureOf(swept, ({ errno, step }) => errno !== 0 && UNDROPPED.includes(step))
  if (failed) return failed
  const left = threadIds().map(tid => ({ tid, bits: permittedOf(tid) }))
  const holding = left.filter(({ bits }) => (bits & ~keep) !== 0n).map(({ tid }) => tid)
  if (holding.length > 0) {
    return {
      state: 'partial',
      reason: `threads with capabilities: ${holding.join(', ')}`,
      tids: holding,
    }
  }
  const kept = left.reduce((all, { bits }) => all | bits, 0n)
  return { state: 'dropped', threads: left.length, kept: capabilityNames(kept) }
}

/** What went wrong for the threads whose answer is a failure, if anything did. */
function failureOf(
  { errno, answers, silent }: NativeSwept,
  hasFailed: (answer: NativeAnswer) => boolean,
): Failed | Partial | undefined {
  const [caller] = answers
  if (errno !== 0 && !caller) return failure('NO_SWEEP', getSystemErrorName(-errno))
  if (caller && hasFailed(caller)) return callerFailure(caller)
  const others = answers.filter(hasFailed)
  const outside = new Set([...silent, ...others.map(({ tid }) => tid), ...unasked(errno, answers)])
  if (outside.size === 0) return errno === 0 ? undefined : unlisted(errno)
  const tids = [...outside].sort((a, b) => a - b)
  return {
    state: 'partial',
    reason: `${whyOutside(errno, silent, others)}: ${tids.join(', ')}`,
    tids,
  }
}

/** What was claimed to have worked, and has not: the native part says EINVAL. */
const CLAIMS: ReadonlyMap<number, string> = new Map([
  [NO_NEW_PRIVS, 'prctl(2) has answered with success, but no_new_privs is not set'],
  [PROOF, 'landlock_restrict_self(2) has answered with success, but nothing is refused'],
  [CAPSET, 'capset(2) has answered with success, but the capabilities are still there'],
])

function callerFailure(caller: NativeAnswer): Failed {
  const name = getSystemErrorName(-caller.errno)
  const claim = CLAIMS.get(caller.step)
  if (name === 'EINVAL' && claim !== undefined) return failure('PRETENDED', claim)
  if (caller.step !== PROOF) return failure('KERNEL_REFUSED', `${stepOf(caller)}: ${name}`)
  return failure('NOT_PROVEN', 'there is no /proc/thread-self/comm, so nothing can be proven')
}

/** Without a list of threads there may be others than have answered. */
function unlisted(errno: number): Failed {
  const name = getSystemErrorName(-errno)
  const reason = `whether every thread has answered can’t be known (${name})`
  return failure('NOT_PROVEN', reason)
}

/** If the sweep itself ended early: every thread that has not answered. */
function unasked(errno: number, answers: readonly NativeAnswer[]): readonly number[] {
  if (errno === 0) return []
  const asked = new Set(answers.map(({ tid }) => tid))
  return threadIds().filter(tid => !asked.has(tid))
}

function whyOutside(
  errno: number,
  silent: readonly number[],
  [first]: readonly NativeAnswer[],
): string {
  if (silent.length > 0) return `threads that did not answer within ${SWEEP_TIMEOUT_MS / 1000} s`
  if (first) return `${stepOf(first)} failed on threads (${getSystemErrorName(-first.errno)})`
  return `threads that could not be asked (${getSystemErrorName(-errno)})`
}

function stepOf({ step }: NativeAnswer): string {
  return STEPS[step] ?? String(step)
}

function whatOf<T>({ what }: { readonly what: T }): T {
  return what
}

/** Empty without /proc, where the sweep has failed as well. */
function threadIds(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return []
  }
}

/** CapPrm of proc(5): what a thread could make effective. 0 if the thread has ended. */
function permittedOf(tid: number): bigint {
  try {
    const status = readFileSync(`/proc/self/task/${tid}/status`, 'latin1')
    return BigInt(`0x${/^CapPrm:\t([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  } catch {
    return 0n
  }
}

function failure(code: FailureCode, reason: string): Failed {
  return { state: 'failed', code, reason, hint: HINTS[code] }
}
