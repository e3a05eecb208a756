// What of a new plan needs a restart, each with its place in the configuration: settings of what was opened
// before the filter (output, queue, path, log files), another filter, as an installed one can't be changed, a
// wider reach than the threads are confined to or than the filter has sockets for, and beats whose `open` does
// what the filter refuses.

import { isDeepStrictEqual } from 'node:util'
import type { Path } from '../../errors.ts'
import type { DeliverySettings } from '../../output.ts'
import { type Wider, widerThan } from '../../sandbox/wider.ts'
import type { SandboxPlan } from '../../seccomp/kernel/stage.ts'
import { type CallChange, policyChanges } from '../../seccomp/policy/policy-changes.ts'
import { type RefusedSockets, refusedSockets } from '../../seccomp/policy/sockets.ts'
import { type ConfiguredPlugin, type Plan, titleOf } from '../plan.ts'
import { capabilityOf, privilegesOf } from '../plugins/declared.ts'
import { changesBetween, openedBy } from './changes.ts'

/** A difference that needs a restart, and where it was written. */
interface RestartReason {
  readonly path: Path
  readonly message: string
}

/** Everything in the new plan that needs a restart. Empty if the reload can be done. */
export function restartReasons(running: Plan, wanted: Plan): readonly RestartReason[] {
  return [
    ...fixedChanges(running, wanted).map(changed),
    ...sandboxReasons(running, wanted),
    ...reachReasons(running, wanted),
    ...droppedReasons(running, wanted),
    ...(running.sandbox.ready ? openReasons(running, wanted) : []),
  ]
}

/** Capabilities that were needed to open something have been dropped since. */
function droppedReasons(running: Plan, wanted: Plan): readonly RestartReason[] {
  if (running.config.capabilities === 'keep') return []
  return privilegesOf(openedBy(changesBetween(running, wanted))).privileges.flatMap(
    ({ plugin, title, privilege }) => {
      const capability = capabilityOf(privilege)
      const stays = 'capability' in privilege && privilege.during !== 'open'
      if (capability === undefined || stays) return []
      const message = `${title} opens with ${capability}, which the running agent has dropped`
      return [{ path: plugin.path, message }]
    },
  )
}

function openReasons(running: Plan, wanted: Plan): readonly RestartReason[] {
  const { added, restarted } = changesBetween(running, wanted)
  const unopenable = [...added, ...restarted].filter(({ plugin }) => plugin.opensUnfiltered)
  return unopenable.map(beat => {
    return { path: beat.path, message: `${titleOf(beat)} opens what the filter refuses` }
  })
}

function changed(path: Path): RestartReason {
  return { path, message: 'has changed' }
}

function fixedChanges(running: Plan, wanted: Plan): readonly Path[] {
  const [a, b] = [running.config, wanted.config]
  return [
    ...outputChanges(running, wanted),
    ...differences(a.queue.mem, b.queue.mem, ['queue', 'mem']),
    ...differences(a.queue.disk, b.queue.disk, ['queue', 'disk']),
    ...differences(fixedLogging(a), fixedLogging(b), ['logging']),
    ...differences(a.path, b.path, ['path']),
    ...differences(a.landlock, b.landlock, ['landlock']),
    ...differences(a.capabilities, b.capabilities, ['capabilities']),
    ...differences(a.user, b.user, ['user']),
  ]
}

/** The part of `logging` that is fixed at the start: the files were opened before the filter. */
function fixedLogging({ logging: { level, metrics, ...fixed } }: Plan['config']) {
  return fixed
}

function outputChanges({ output: a }: Plan, { output: b }: Plan): readonly Path[] {
  const path = ['output', b.id]
  if (a.plugin !== b.plugin || a.id !== b.id) return [path]
  return [
    ...differences(a.settings, b.settings, path),
    ...differences(asWritten(a.delivery), asWritten(b.delivery), path),
    ...differences(a.deadLetter, b.deadLetter, [...path, 'dead_letter']),
  ]
}

/** Delivery settings by the keys of the configuration. */
function asWritten({ inFlight: workers, ...rest }: DeliverySettings) {
  return { ...rest, workers }
}

/** The paths of the innermost keys that differ. A list counts as one key. */
function differences(a: unknown, b: unknown, path: Path): readonly Path[] {
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

/** The keys of `seccomp` besides the policy. */
const SWITCHES = ['enabled', 'required', 'log', 'diagnose', 'late_libraries'] as const

/** An installed filter can't be removed or replaced, so the new plan must come to the same one. */
function sandboxReasons(running: Plan, wanted: Plan): readonly RestartReason[] {
  const [a, b] = [running.config.seccomp, wanted.config.seccomp]
  const switched = SWITCHES.filter(key => a[key] !== b[key])
  if (switched.length > 0) return switched.map(key => changed(['seccomp', key]))
  return policyReasons(running.sandbox, wanted.sandbox, wanted.plugins)
}

function policyReasons(
  running: SandboxPlan,
  wanted: SandboxPlan,
  plugins: readonly ConfiguredPlugin[],
): readonly RestartReason[] {
  if (!wanted.ready) return stateReasons(running, wanted)
  if (!running.ready) return [inSeccomp('has changed')]
  const changes = policyChanges(running.policy, wanted.policy)
  const needs = plugins.flatMap(plugin => needOf(plugin, changes))
  const needed = new Set(needs.flatMap(({ calls }) => calls))
  const others = changes.filter(change => !needed.has(change))
  const rest = others.length > 0 ? [inSeccomp(`would decide otherwise of ${listOf(others)}`)] : []
  return [...needs.map(({ reason }) => reason), ...rest]
}

function stateReasons(
  running: SandboxPlan,
  { outcome }: Extract<SandboxPlan, { ready: false }>,
): readonly RestartReason[] {
  const reason = outcome.state === 'failed' ? outcome.reason : outcome.state
  if (running.ready) return [inSeccomp(`no filter could be made of it: ${reason}`)]
  const before = running.outcome
  const same = before.state === 'failed' ? before.reason === reason : before.state === reason
  return same ? [] : [inSeccomp('has changed')]
}

function inSeccomp(message: string): RestartReason {
  return { path: ['seccomp'], message }
}

/** A narrower reach is no reason: nothing that is still declared is missing. */
function reachReasons(running: Plan, wanted: Plan): readonly RestartReason[] {
  const wider = widerThan(running.reach, wanted.reach)
  return wider
    .filter(each => isRefused(each, running))
    .flatMap(({ who, need }) => {
      // What the configuration itself asks for has been compared as a setting.
      const plugin = wanted.plugins.find(each => each.kind !== 'agent' && titleOf(each) === who)
      const message = `${who} needs ${need}, which the running agent is confined from`
      return plugin ? [{ path: plugin.path, message }] : []
    })
}

/** Whether the agent that runs is confined from it: by Landlock, by its filter, or as it has dropped it. */
function isRefused({ kind }: Wider, { config, reach, sandbox }: Plan): boolean {
  const { landlock, capabilities } = config
  const isConfined = landlock.enabled && reach.inside.length === 0
  if (kind === 'capabilities') return capabilities !== 'keep'
  const refused = sandbox.ready ? refusedSockets(sandbox.policy) : NOTHING
  switch (kind) {
    case 'families':
      return refused.has('netlink')
    case 'connects':
    case 'listens':
    case 'unix':
      return isConfined || refused.has(kind)
    default:
      return isConfined
  }
}

const NOTHING: RefusedSockets = new Set()

/** The calls that change because of what a plugin declares. */
function needOf(plugin: ConfiguredPlugin, changes: readonly CallChange[]) {
  const title = titleOf(plugin)
  const calls = changes.filter(({ origin }) => origin.startsWith(`${title}: `))
  if (calls.length === 0) return []
  const names = calls.map(({ name }) => name).join(', ')
  const message = `${title} needs ${names}, which the filter does not allow`
  return [{ calls, reason: { path: plugin.path, message } }]
}

/** The most calls that a message names. */
const MAX_LISTED = 5

function listOf(changes: readonly CallChange[]): string {
  const named = changes.slice(0, MAX_LISTED).map(({ name, origin }) => `${name} (${origin})`)
  const more = changes.length - named.length
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
}
