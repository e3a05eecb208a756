import type { Beat } from '../beat.ts'
import type { Condition } from '../conditions/condition.ts'
import type { BeatConfig, Config, PluginConfig, ProcessorConfig } from '../config/config.ts'
import type { DeadLetterConfig } from '../config/delivery.ts'
import type { Secrets } from '../config/source/secrets.ts'
import { type AgentError, configError, type Path, type Problem } from '../errors.ts'
import { isJitless } from '../jitless.ts'
import type { DeliverySettings, OutputType } from '../output.ts'
import type { EnrichmentLayer } from '../pipeline/encoding/enrichment.ts'
import type { Plugin } from '../plugin.ts'
import type { ProcessorType } from '../processor.ts'
import type { Account } from '../sandbox/account.ts'
import type { Reach } from '../sandbox/reach.ts'
import type { DenialStacks } from '../seccomp/kernel/denial-stacks.ts'
import type { SandboxPlan } from '../seccomp/kernel/stage.ts'
import type { Declared, Need } from '../seccomp/policy/layers.ts'
import { agentPlugin } from './agent-plugin.ts'
import { declaredSockets } from './declared-sockets.ts'

/** A beat with whatever types: the agent only hands its settings and resources through. */
export type AnyBeat = Beat<unknown, unknown>

/** A plugin with its settings, which its own schema has approved. */
export interface ConfiguredPlugin<P extends Plugin = Plugin> {
  readonly kind: 'agent' | 'beat' | 'processor' | 'output'
  /** Names it: the `id` of a beat, the key of an output or processor. Processors may share one. */
  readonly id: string
  readonly plugin: P
  readonly settings: unknown
  /** Its section in the configuration, for messages about it. */
  readonly path: Path
  /** What the configuration says of it; the agent itself has none. */
  readonly config?: PluginConfig
}

export interface ConfiguredBeat extends ConfiguredPlugin<AnyBeat> {
  readonly kind: 'beat'
  readonly config: BeatConfig
  readonly enrichment: Enrichment
  /** The lists that its events pass, in this order: its own processors, then those of the agent. */
  readonly processors: readonly (readonly ConfiguredStep[])[]
}

/** What stands in a list of processors. */
export type ConfiguredStep = ConfiguredProcessor | ConfiguredBranch

export interface ConfiguredProcessor extends ConfiguredPlugin<ProcessorType> {
  readonly kind: 'processor'
  readonly config: ProcessorConfig
  /** Whether its code is the framework's, which leaves an event as it was when it throws. */
  readonly builtin?: boolean
  /** Events of which it does not hold pass by. */
  readonly when?: ConfiguredCondition
}

/** `if`, `then`, `else`. */
export interface ConfiguredBranch {
  readonly kind: 'branch'
  readonly path: Path
  readonly condition: ConfiguredCondition
  readonly ifTrue: readonly ConfiguredStep[]
  readonly ifFalse: readonly ConfiguredStep[]
}

export interface ConfiguredCondition {
  /** As the configuration has it, to compare. */
  readonly written: unknown
  readonly holds: Condition
}

export interface ConfiguredOutput extends ConfiguredPlugin<OutputType> {
  readonly kind: 'output'
  readonly delivery: DeliverySettings
  readonly deadLetter: DeadLetterConfig
}

/** What the configuration adds to the events of a beat. */
export interface Enrichment {
  /** The agent's name: `agent.name`. */
  readonly name: string
  /** Weakest first: the agent's, then the beat's. */
  readonly layers: readonly EnrichmentLayer[]
}

/** Everything that the agent is going to do, known and checked before anything is touched. */
export interface Plan {
  readonly config: Config
  /** The files that it was read from. */
  readonly files: readonly string[]
  /** Values of credentials, which must not be logged. */
  readonly secrets: Secrets
  /** Where a path was written in the files, as it is printed: `beat.yml:14:5`. */
  readonly locate: (path: Path) => string | undefined
  readonly beats: readonly ConfiguredBeat[]
  /** Those of the agent, which every beat has too. */
  readonly processors: readonly ConfiguredStep[]
  readonly output: ConfiguredOutput
  /**
   * The agent itself, the beats, the processors and the output, in this order. Whatever depends on the needs of plugins is
   * derived from this list alone: a new kind of plugin joins it here.
   */
  readonly plugins: readonly ConfiguredPlugin[]
  readonly sandbox: SandboxPlan
  /** How far the code of the agent reaches: what the plugins declare and the configuration adds. */
  readonly reach: Reach
  /** Whom an agent that was started as root becomes. */
  readonly account: Account | undefined
  /** Set if denials are to be logged with their place in JavaScript. */
  readonly stacks: DenialStacks | undefined
}

export function pluginsOf({
  config,
  beats,
  processors,
  output,
}: Pick<Plan, 'config' | 'beats' | 'processors' | 'output'>): readonly ConfiguredPlugin[] {
  const agent = { kind: 'agent', id: '', plugin: agentPlugin, settings: config, path: [] } as const
  const lists = [...beats.flatMap(beat => beat.processors), processors]
  return [agent, ...beats, ...new Set(lists.flatMap(processorsIn)), output]
}

/** The processors of a list and of the lists in it, in the order in which they are written. */
export function processorsIn(steps: readonly ConfiguredStep[]): readonly ConfiguredProcessor[] {
  return steps.flatMap(step =>
    step.kind === 'processor'
      ? [step]
      : [...processorsIn(step.ifTrue), ...processorsIn(step.ifFalse)],
  )
}

/** The plan with other beats, as after a reload that some beats did not take part in. */
export function withBeats(plan: Plan, beats: readonly ConfiguredBeat[]): Plan {
  return { ...plan, beats, plugins: pluginsOf({ ...plan, beats }) }
}

/** `agent`, `beat audit`, `output file`: in messages, and as the origin of rules and grants. */
export function titleOf({ kind, id }: Pick<ConfiguredPlugin, 'kind' | 'id'>): string {
  return id === '' ? kind : `${kind} ${id}`
}

/** What the policy takes from the plugins and the configuration, besides the user's own rules. */
export function declaredOf({ plugins, reach }: Pick<Plan, 'plugins' | 'reach'>): Declared {
  return { needs: needsOf(plugins), sockets: declaredSockets(reach), jitless: isJitless() }
}

/** The system calls that the plugins declare, for the policy to allow. */
export function needsOf(plugins: readonly ConfiguredPlugin[]): readonly Need[] {
  return plugins.flatMap(each =>
    (each.plugin.syscalls ?? []).map(need => ({ who: titleOf(each), ...need })),
  )
}

/** An error for problems that show only in a plan, each with its place in the configuration. */
export function planError(
  { locate }: Pick<Plan, 'locate'>,
  found: readonly Pick<Problem, 'path' | 'message'>[],
): AgentError {
  return configError(
    found.map(problem => {
      const position = locate(problem.path)
      return { ...problem, ...(position !== undefined && { position }) }
    }),
  )
}
