import type { BeatConfig, Config, OutputConfig } from '../config/config.ts'
import { parseConfig } from '../config/parse.ts'
import { parseSection } from '../config/schema/section.ts'
import type { ConfigDocument } from '../config/source/document.ts'
import type { Secrets } from '../config/source/secrets.ts'
import { messageOf, type Path, type Report } from '../errors.ts'
import type { OutputType } from '../output.ts'
import { BUILTIN_OUTPUT_NAMES, builtinOutput } from '../outputs/builtin.ts'
import type { EnrichmentLayer } from '../pipeline/enrichment.ts'
import { DenialStacks } from '../seccomp/kernel/denial-stacks.ts'
import { planSandbox, type SandboxPlan } from '../seccomp/kernel/stage.ts'
import type { Need } from '../seccomp/policy/layers.ts'
import { didYouMean } from '../suggest.ts'
import { builtinBeats, loadBeat } from './plugins/load.ts'
import type { AnyBeat } from './plugins/shape.ts'

/** A beat with its settings, which its own schema has approved. */
export interface ConfiguredBeat {
  readonly config: BeatConfig
  readonly beat: AnyBeat
  readonly settings: unknown
  /** What the configuration has its events carry. */
  readonly enrichment: Enrichment
}

export interface Enrichment {
  /** The agent's. */
  readonly name: string
  /** Weakest first: the agent's, then the beat's. */
  readonly layers: readonly EnrichmentLayer[]
}

export interface ConfiguredOutput {
  readonly type: OutputType<unknown>
  readonly settings: unknown
}

/** All that is to be done, known and checked before anything is touched. */
export interface Plan {
  readonly config: Config
  /** The files it was read from. */
  readonly files: readonly string[]
  /** What came from credentials, and is not to be logged. */
  readonly secrets: Secrets
  /** Where a path was written in them, as it is printed. */
  readonly locate: (path: Path) => string | undefined
  readonly beats: readonly ConfiguredBeat[]
  readonly output: ConfiguredOutput
  /** What the beats and the output declare to call, which the policy then allows. */
  readonly needs: readonly Need[]
  readonly sandbox: SandboxPlan
  /** Where denials are to be told with the place in JavaScript. */
  readonly stacks: DenialStacks | undefined
}

/** Reads the configuration, wherever it is, and plans by it: at the start, and when `running` is reloaded. */
export type Configure = (running?: Plan) => Promise<Plan>

/**
 * Validates the document, imports the beats and the output that it names, validates their sections
 * with their own schemas, and compiles the policy. Disabled beats are not looked at: what they need
 * may not even be installed.
 *
 * @param running the plan that this process runs already, if it does
 * @throws AgentError `CONFIG_INVALID` with every problem
 */
export async function configure(document: ConfigDocument, running?: Plan): Promise<Plan> {
  const { config, problems } = parseConfig(document)
  // Before the beats are imported, which may take functions out of Node's modules.
  const stacks = running ? running.stacks : stacksFor(config)
  const [beats, output] = await Promise.all([
    configureBeats(config, document.strictPerms, problems.report, running ? ONLY_ONCE : ''),
    configureOutput(config.output, problems.report),
  ])
  problems.throwIfAny()
  if (!output) throw new TypeError('an output without a problem has no settings')
  const needs = needsOf(beats, output)
  const sandbox = await planSandbox(config.seccomp, needs)
  const { files, locate, secrets } = document
  return { config, files, locate, secrets, beats, output, needs, sandbox, stacks }
}

function stacksFor({ seccomp: { enabled, diagnose } }: Config): DenialStacks | undefined {
  return enabled && diagnose ? DenialStacks.watching() : undefined
}

/** Node keeps what came of an import, a failure too. */
const ONLY_ONCE = '; it is not imported again: mend it and restart the agent'

async function configureBeats(
  config: Config,
  strictPerms: boolean,
  report: Report,
  remedy: string,
): Promise<readonly ConfiguredBeat[]> {
  const { config: folder, home } = config.path
  const places = { builtins: builtinBeats(), config: folder, home, strictPerms }
  const load = (type: string) => loadBeat(type, places, remedy)
  const enabled = config.beats.filter(beat => beat.enabled)
  const configured = await Promise.all(
    enabled.map(beat => configureBeat(beat, enrichmentOf(config, beat), load, report)),
  )
  return configured.filter(beat => beat !== undefined)
}

async function configureBeat(
  config: BeatConfig,
  enrichment: Enrichment,
  load: (type: string) => Promise<AnyBeat>,
  report: Report,
): Promise<ConfiguredBeat | undefined> {
  try {
    const beat = await load(config.type)
    const settings = parseSection(beat.schema, config.section, report)
    return settings === undefined ? undefined : { config, beat, settings, enrichment }
  } catch (error) {
    return void report([...config.section.path, 'type'], messageOf(error))
  }
}

function enrichmentOf(config: Config, beat: BeatConfig): Enrichment {
  const layers = [config, beat].map(({ tags, fields, fields_under_root }) => {
    return { tags, fields, fields_under_root }
  })
  return { name: config.name, layers }
}

async function configureOutput(
  { type: name, section }: OutputConfig,
  report: Report,
): Promise<ConfiguredOutput | undefined> {
  const type = await builtinOutput(name)
  if (!type) {
    const known = BUILTIN_OUTPUT_NAMES.join(', ')
    const near = didYouMean(name, BUILTIN_OUTPUT_NAMES)
    return void report(section.path, `unknown output${near}: one of ${known}`)
  }
  const settings = parseSection(type.schema, section, report)
  return settings === undefined ? undefined : { type, settings }
}

function needsOf(beats: readonly ConfiguredBeat[], { type }: ConfiguredOutput): readonly Need[] {
  const ofBeats = beats.flatMap(({ beat, config }) =>
    (beat.syscalls ?? []).map(need => ({ who: `beat ${config.id}`, ...need })),
  )
  const ofOutput = (type.syscalls ?? []).map(need => ({ who: `output ${type.name}`, ...need }))
  return [...ofBeats, ...ofOutput]
}
