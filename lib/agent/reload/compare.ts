import { isDeepStrictEqual } from 'node:util'
import type { Path } from '../../errors.ts'
import type { SandboxPlan } from '../../seccomp/kernel/stage.ts'
import { type CallChange, policyChanges } from '../../seccomp/policy/policy-changes.ts'
import type { ConfiguredBeat, Plan } from '../configure.ts'

/** What a reload does to the beats. The running ones in `removed` and `unchanged`, else the new ones. */
export interface Changes {
  readonly added: readonly ConfiguredBeat[]
  readonly removed: readonly ConfiguredBeat[]
  /** Their settings are others, or what their events carry. */
  readonly restarted: readonly ConfiguredBeat[]
  readonly unchanged: readonly ConfiguredBeat[]
}

type Beats = Pick<Plan, 'beats'>

/** A beat is the same where its id is, wherever it stands in the list. */
export function changesBetween(running: Beats, wanted: Beats): Changes {
  const before = byId(running)
  const after = byId(wanted)
  const kept = wanted.beats.flatMap(beat => {
    const old = before.get(beat.config.id)
    return old ? [{ beat, old, same: isSame(old, beat) }] : []
  })
  return {
    added: wanted.beats.filter(({ config }) => !before.has(config.id)),
    removed: running.beats.filter(({ config }) => !after.has(config.id)),
    restarted: kept.filter(({ same }) => !same).map(({ beat }) => beat),
    unchanged: kept.filter(({ same }) => same).map(({ old }) => old),
  }
}

function byId({ beats }: Beats): ReadonlyMap<string, ConfiguredBeat> {
  return new Map(beats.map(beat => [beat.config.id, beat]))
}

/** Of the same code (its `type` may be written in two ways), told the same, marking its events alike. */
function isSame(a: ConfiguredBeat, b: ConfiguredBeat): boolean {
  const alike = isDeepStrictEqual
  return a.beat === b.beat && alike(a.settings, b.settings) && alike(a.enrichment, b.enrichment)
}

/**
 * What of a new plan can't be had without a restart: a filter stays as it is, and what was opened
 * before it may not be opened again under it. Empty where all can.
 */
export function restartReasons(running: Plan, wanted: Plan): readonly RestartReason[] {
  return [
    ...fixedChanges(running, wanted).map(changed),
    ...sandboxReasons(running, wanted),
    ...(running.sandbox.ready ? openReasons(running, wanted) : []),
  ]
}

function openReasons(running: Plan, wanted: Plan): readonly RestartReason[] {
  const { added, restarted } = changesBetween(running, wanted)
  const unopenable = [...added, ...restarted].filter(({ beat }) => beat.opensUnfiltered)
  return unopenable.map(({ config }) => {
    return { path: config.section.path, message: `beat ${config.id} opens what the filter refuses` }
  })
}

function changed(path: Path): RestartReason {
  return { path, message: 'has changed' }
}

function fixedChanges(running: Plan, wanted: Plan): readonly Path[] {
  const [a, b] = [running.config, wanted.config]
  return [
    ...outputChanges(running, wanted),
    ...differences(a.queue, b.queue, ['queue']),
    ...differences({ ...a.logging, level: '' }, { ...b.logging, level: '' }, ['logging']),
    ...differences(a.path, b.path, ['path']),
  ]
}

function outputChanges({ output: a }: Plan, { output: b }: Plan): readonly Path[] {
  const path = ['output', b.type.name]
  return a.type === b.type ? differences(a.settings, b.settings, path) : [path]
}

/** The paths of the innermost keys that differ, one of a list being the list's. */
export function differences(a: unknown, b: unknown, path: Path): readonly Path[] {
  if (isDeepStrictEqual(a, b)) return []
  if (!isMap(a) || !isMap(b)) return [path]
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].flatMap(key => differences(a[key], b[key], [...path, key]))
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}

/** What stands against a new plan as long as the process lives, and where it was written. */
export interface RestartReason {
  readonly path: Path
  readonly message: string
}

/** The keys of `seccomp` beside the policy. */
const SWITCHES = ['enabled', 'required', 'log', 'diagnose'] as const

/** A filter can't be taken back, and is not doubled: any other than the one at the start is refused. */
export function sandboxReasons(
  running: Pick<Plan, 'config' | 'sandbox'>,
  wanted: Pick<Plan, 'config' | 'sandbox' | 'beats'>,
): readonly RestartReason[] {
  const [a, b] = [running.config.seccomp, wanted.config.seccomp]
  const switched = SWITCHES.filter(key => a[key] !== b[key])
  if (switched.length > 0) {
    return switched.map(key => ({ path: ['seccomp', key], message: 'has changed' }))
  }
  return policyReasons(running.sandbox, wanted.sandbox, wanted.beats)
}

function policyReasons(
  running: SandboxPlan,
  wanted: SandboxPlan,
  beats: readonly ConfiguredBeat[],
): readonly RestartReason[] {
  if (!wanted.ready) return stateReasons(running, wanted)
  if (!running.ready) return [about('has changed')]
  const changes = policyChanges(running.policy, wanted.policy)
  const needs = beats.flatMap(beat => needOf(beat, changes))
  const needed = new Set(needs.flatMap(({ calls }) => calls))
  const others = changes.filter(change => !needed.has(change))
  const rest = others.length > 0 ? [about(`would decide otherwise of ${listOf(others)}`)] : []
  return [...needs.map(({ reason }) => reason), ...rest]
}

function stateReasons(
  running: SandboxPlan,
  { outcome }: Extract<SandboxPlan, { ready: false }>,
): readonly RestartReason[] {
  const reason = outcome.state === 'failed' ? outcome.reason : outcome.state
  if (running.ready) return [about(`no filter could be made of it: ${reason}`)]
  const before = running.outcome
  const same = before.state === 'failed' ? before.reason === reason : before.state === reason
  return same ? [] : [about('has changed')]
}

function about(message: string): RestartReason {
  return { path: ['seccomp'], message }
}

/** What is changed by what a beat declares to need. */
function needOf({ config }: ConfiguredBeat, changes: readonly CallChange[]) {
  const calls = changes.filter(({ origin }) => origin.startsWith(`beat ${config.id}: `))
  if (calls.length === 0) return []
  const names = calls.map(({ name }) => name).join(', ')
  const message = `beat ${config.id} needs ${names}, which the filter does not allow`
  return [{ calls, reason: { path: config.section.path, message } }]
}

/** So many are named. */
const MAX_LISTED = 5

function listOf(changes: readonly CallChange[]): string {
  const named = changes.slice(0, MAX_LISTED).map(({ name, origin }) => `${name} (${origin})`)
  const more = changes.length - named.length
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
}
