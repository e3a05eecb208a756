// From the sources of a policy to the effective one. A policy has up to four layers, lowest first:
//
//   1. the default policy of the architecture (builtin.ts), plus signals to the own process;
//   2. which of its sockets the plugins and the configuration declare (sockets.ts);
//   3. the system calls that the plugins declare, as plain allowances;
//   4. the rules of the user's `seccomp:` section.
//
// The fourth layer also has what `seccomp.late_libraries` and a Node under --jitless refuse of native code
// (executable-memory.ts): beside the user's rules, the strictest of which counts, so that no allowance opens it.
//
// `mode: replace` uses the fourth layer alone, and a default action that denies nothing (S6) leaves the second
// one out: both leave nothing of the default policy's restrictions, nor of what follows from --jitless. This file
// chooses and orders the layers, drops needs
// that belong to other architectures, and refuses names that no table has. merge.ts then reduces
// the layers to one decision for each system call, and the compiler turns those into a program.

import { didYouMean } from '../../suggest.ts'
import {
  type Architecture,
  type ArchitectureName,
  loadArchitecture,
} from '../architectures/architecture.ts'
import { builtinPolicy } from './builtin.ts'
import { denies } from './denies.ts'
import { codeRules } from './executable-memory.ts'
import { type EffectivePolicy, merge, unknownNames } from './merge.ts'
import { needsHere, rulesHere } from './needs.ts'
import { withOwnProcess } from './own-process.ts'
import type { Policy, Rule } from './policy.ts'
import { PolicyError } from './policy-error.ts'
import type { SeccompConfig } from './section.ts'
import { type Sockets, socketLayer } from './sockets.ts'

/** System calls that a beat or an output needs beyond the default policy. */
export interface Need {
  /** `beat file`, `output redis`. */
  readonly who: string
  readonly why: string
  readonly names: readonly string[]
}

/** What the plugins and the configuration declare, as far as a filter can tell it apart. */
export interface Declared {
  readonly needs: readonly Need[]
  /** Undefined: nothing is known, so all sockets of the default policy. */
  readonly sockets?: Sockets
  /** Whether this Node compiles nothing: `node --jitless`. */
  readonly jitless?: boolean
}

/** The sources of an effective policy. */
interface PolicySources extends Declared {
  readonly builtin: Policy | undefined
  readonly config: Pick<SeccompConfig, 'mode' | 'policy'> &
    Partial<Pick<SeccompConfig, 'late_libraries'>>
}

/**
 * Loads the table and the default policy of an architecture and builds the effective policy from
 * them. Undefined where there is neither a default policy nor one of the user's.
 *
 * @param pid the id of the process to protect, if known: the policy then lets it signal itself
 * @throws PolicyError as `effectivePolicy`
 */
export async function loadPolicy(
  name: ArchitectureName,
  config: PolicySources['config'],
  declared: Declared,
  pid?: number,
): Promise<EffectivePolicy | undefined> {
  const [architecture, plain] = await Promise.all([loadArchitecture(name), builtinPolicy(name)])
  const builtin = plain && pid !== undefined ? withOwnProcess(plain, pid) : plain
  const needs = await needsHere(architecture, declared.needs)
  const policy = config.policy && (await rulesHere(architecture, config.policy))
  return effectivePolicy(architecture, {
    ...declared,
    builtin,
    needs,
    config: { ...config, policy },
  })
}

/**
 * Merges the default policy, what is declared and the user's policy, or takes the user's alone in
 * `mode: replace`. Undefined where there is neither a default policy nor one of the user's.
 *
 * @throws PolicyError `UNKNOWN_SYSCALL`, with every name that the architecture does not have (S10)
 */
export function effectivePolicy(
  architecture: Architecture,
  { builtin, needs, sockets, jitless = false, config }: PolicySources,
): EffectivePolicy | undefined {
  const { mode, policy, late_libraries: libraries } = config
  const base = mode === 'replace' ? undefined : builtin
  const written = policy ?? (base && { ...base, rules: [] })
  if (!written) return undefined
  const { defaultAction } = written
  const isWhitelist = base !== undefined && denies({ action: defaultAction })
  const limits = { jitless: jitless && isWhitelist, libraries }
  // Before the user's, for where the first rule decides.
  const own = { ...written, rules: [...codeRules(architecture, limits), ...written.rules] }
  const lowest = base ?? own
  const layers: [Policy, ...Policy[]] = [lowest]
  if (isWhitelist && sockets) layers.push(socketLayer(architecture, base, sockets, defaultAction))
  if (mode !== 'replace') layers.push(needsOf(needs, lowest))
  if (base) layers.push(own)
  refuseUnknown(architecture, layers)
  return merge(architecture, layers)
}

function needsOf(needs: readonly Need[], { defaultAction, defaultOrigin }: Policy): Policy {
  const rules = needs.flatMap(({ who, why, names }) =>
    names.map((name): Rule => {
      return { name, conditions: [], verdict: { action: 'allow' }, origin: `${who}: ${why}` }
    }),
  )
  return { defaultAction, defaultOrigin, rules }
}

/** In a message; a pasted list may have thousands, each as long as a configuration. */
const MOST_SHOWN = 50
const LONGEST_SHOWN = 100

function refuseUnknown(architecture: Architecture, layers: readonly Policy[]): void {
  const unknown = layers.flatMap(layer => unknownNames(architecture, layer))
  if (unknown.length === 0) return
  const known = Object.keys(architecture.table.numbers)
  const list = unknown.slice(0, MOST_SHOWN).map(({ name, origin }) => {
    const shown = name.length > LONGEST_SHOWN ? `${name.slice(0, LONGEST_SHOWN)}…` : name
    return `${shown}${didYouMean(name, known)} in ${origin}`
  })
  const more = unknown.length - list.length
  if (more > 0) list.push(`and ${more} more`)
  throw new PolicyError(
    'UNKNOWN_SYSCALL',
    `unknown system calls for ${architecture.name}: ${list.join(', ')}`,
    unknown.map(({ name, origin }) => ({ name, origin })),
  )
}
