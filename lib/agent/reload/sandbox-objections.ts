import type { Path } from '../../errors.ts'
import type { SandboxPlan } from '../../seccomp/kernel/stage.ts'
import { type CallChange, policyChanges } from '../../seccomp/policy/policy-changes.ts'
import type { ConfiguredBeat, Plan } from '../configure.ts'

/** What stands against a new plan as long as the process lives, and where it was written. */
export interface Objection {
  readonly path: Path
  readonly message: string
}

/** The keys of `seccomp` beside the policy. */
const SWITCHES = ['enabled', 'required', 'log', 'diagnose'] as const

/** A filter can't be taken back, and is not doubled: any other than the one at the start is refused. */
export function sandboxObjections(
  running: Pick<Plan, 'config' | 'sandbox'>,
  wanted: Pick<Plan, 'config' | 'sandbox' | 'beats'>,
): readonly Objection[] {
  const [a, b] = [running.config.seccomp, wanted.config.seccomp]
  const switched = SWITCHES.filter(key => a[key] !== b[key])
  if (switched.length > 0) {
    return switched.map(key => ({ path: ['seccomp', key], message: 'has changed' }))
  }
  return policyObjections(running.sandbox, wanted.sandbox, wanted.beats)
}

function policyObjections(
  running: SandboxPlan,
  wanted: SandboxPlan,
  beats: readonly ConfiguredBeat[],
): readonly Objection[] {
  if (!wanted.ready) return stateObjections(running, wanted)
  if (!running.ready) return [about('has changed')]
  const changes = policyChanges(running.policy, wanted.policy)
  const needs = beats.flatMap(beat => needOf(beat, changes))
  const needed = new Set(needs.flatMap(({ calls }) => calls))
  const others = changes.filter(change => !needed.has(change))
  const rest = others.length > 0 ? [about(`would decide otherwise of ${listOf(others)}`)] : []
  return [...needs.map(({ objection }) => objection), ...rest]
}

function stateObjections(
  running: SandboxPlan,
  { outcome }: Extract<SandboxPlan, { ready: false }>,
): readonly Objection[] {
  const reason = outcome.state === 'failed' ? outcome.reason : outcome.state
  if (running.ready) return [about(`no filter could be made of it: ${reason}`)]
  const before = running.outcome
  const same = before.state === 'failed' ? before.reason === reason : before.state === reason
  return same ? [] : [about('has changed')]
}

function about(message: string): Objection {
  return { path: ['seccomp'], message }
}

/** What is changed by what a beat declares to need. */
function needOf({ config }: ConfiguredBeat, changes: readonly CallChange[]) {
  const calls = changes.filter(({ origin }) => origin.startsWith(`beat ${config.id}: `))
  if (calls.length === 0) return []
  const names = calls.map(({ name }) => name).join(', ')
  const message = `beat ${config.id} needs ${names}, which the filter does not allow`
  return [{ calls, objection: { path: config.section.path, message } }]
}

/** So many are named. */
const MOST = 5

function listOf(changes: readonly CallChange[]): string {
  const named = changes.slice(0, MOST).map(({ name, origin }) => `${name} (${origin})`)
  const more = changes.length - named.length
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
}
