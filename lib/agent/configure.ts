// The configure stage: from a document to a plan, with nothing touched yet.
//
//   document  (YAML, -E, environment and credentials, read by config/source)
//     → Config      each section parsed by its schema, every value with its position
//     → plugins     the beats and the output imported, their settings parsed by their own schemas
//     → policy      default ⊕ what the plugins declare ⊕ the user's, compiled to a program
//
// Every problem is collected, and all are thrown together. A disabled beat is not looked at, as what it
// needs may not even be installed. A reload runs the same stage again and compares the plans.

import type { BeatConfig, Config, OutputConfig } from '../config/config.ts'
import { parseConfig } from '../config/parse.ts'
import { parseSection } from '../config/schema/section.ts'
import type { ConfigDocument } from '../config/source/document.ts'
import { messageOf, type Report } from '../errors.ts'
import { BUILTIN_OUTPUT_NAMES, builtinOutput } from '../outputs/builtin.ts'
import { DEFAULT_DELIVERY } from '../pipeline/delivery.ts'
import { DenialStacks } from '../seccomp/kernel/denial-stacks.ts'
import { planSandbox } from '../seccomp/kernel/stage.ts'
import { didYouMean } from '../suggest.ts'
import {
  type AnyBeat,
  type ConfiguredBeat,
  type ConfiguredOutput,
  type Enrichment,
  needsOf,
  type Plan,
  pluginsOf,
} from './plan.ts'
import { builtinBeats, loadBeat } from './plugins/load.ts'

/** Reads the configuration, wherever it is, and plans: at the start, and when `running` is reloaded. */
export type Configure = (running?: Plan) => Promise<Plan>

/**
 * @param running the plan that this process carries out already, if it does
 * @throws AgentError `CONFIG_INVALID` with every problem
 */
export async function configure(document: ConfigDocument, running?: Plan): Promise<Plan> {
  const { config, problems } = parseConfig(document)
  // Before the beats are imported, as they may take functions out of Node's modules.
  const stacks = running ? running.stacks : stacksFor(config)
  const [beats, output] = await Promise.all([
    configureBeats(config, document.strictPerms, problems.report, running ? ONLY_ONCE : ''),
    configureOutput(config.output, problems.report),
  ])
  problems.throwIfAny()
  if (!output) throw new TypeError('an output without a problem has no settings')
  const plugins = pluginsOf({ config, beats, output })
  const sandbox = await planSandbox(config.seccomp, needsOf(plugins))
  const { files, locate, secrets } = document
  return { config, files, locate, secrets, beats, output, plugins, sandbox, stacks }
}

function stacksFor({ seccomp: { enabled, diagnose } }: Config): DenialStacks | undefined {
  return enabled && diagnose ? DenialStacks.watching() : undefined
}

/** Node keeps the result of an import, a failure too. */
const ONLY_ONCE = '; it is not imported again: correct it and restart the agent'

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
  const { id } = config
  const { path } = config.section
  try {
    const plugin = await load(config.type)
    const settings = parseSection(plugin.schema, config.section, report)
    if (settings === undefined) return undefined
    return { kind: 'beat', id, plugin, settings, path, config, enrichment }
  } catch (error) {
    return void report([...path, 'type'], messageOf(error))
  }
}

function enrichmentOf(config: Config, beat: BeatConfig): Enrichment {
  const layers = [config, beat].map(({ tags, fields, fields_under_root }) => {
    return { tags, fields, fields_under_root }
  })
  return { name: config.name, layers }
}

async function configureOutput(
  { type: id, section }: OutputConfig,
  report: Report,
): Promise<ConfiguredOutput | undefined> {
  const { path } = section
  const plugin = await builtinOutput(id)
  if (!plugin) {
    const known = BUILTIN_OUTPUT_NAMES.join(', ')
    const near = didYouMean(id, BUILTIN_OUTPUT_NAMES)
    return void report(path, `unknown output${near}: one of ${known}`)
  }
  const settings = parseSection(plugin.schema, section, report)
  if (settings === undefined) return undefined
  const delivery = { ...DEFAULT_DELIVERY, ...plugin.delivery }
  return { kind: 'output', id, plugin, settings, path, delivery }
}
