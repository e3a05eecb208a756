// The configure stage: from a document to a plan, with nothing touched yet.
//
//   document  (YAML, -E, environment and credentials, read by config/source)
//     → Config      each section parsed by its schema, every value with its position
//     → plugins     beats, processors and output imported, their settings parsed by their own schemas
//     → policy      default ⊕ what the plugins declare ⊕ the user's, compiled to a program
//
// Every problem is collected, and all are thrown together. A disabled beat is not looked at, as what it
// needs may not even be installed. A reload runs the same stage again and compares the plans.

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BeatConfig, Config, OutputConfig } from '../config/config.ts'
import { parseDelivery } from '../config/delivery.ts'
import { parseConfig } from '../config/parse.ts'
import type { ConfigDocument } from '../config/source/document.ts'
import type { Report } from '../errors.ts'
import { packageRoot } from '../own-package.ts'
import { type Account, findAccount } from '../sandbox/account.ts'
import { reachOf } from '../sandbox/reach.ts'
import { DenialStacks } from '../seccomp/kernel/denial-stacks.ts'
import { planSandbox } from '../seccomp/kernel/stage.ts'
import {
  type ConfiguredBeat,
  type ConfiguredOutput,
  type ConfiguredStep,
  declaredOf,
  type Enrichment,
  type Plan,
  pluginsOf,
} from './plan.ts'
import { configurePlugin, type Loading } from './plugins/configure-plugin.ts'
import { configureSteps } from './plugins/configure-steps.ts'
import { privilegesOf } from './plugins/declared.ts'
import { Imports } from './plugins/imports.ts'
import { builtinBeats } from './plugins/load.ts'
import { reportPatterns } from './plugins/patterns.ts'

/** Reads the configuration, wherever it is, and plans: at the start, and when `running` is reloaded. */
export type Configure = (running?: Plan) => Promise<Plan>

/**
 * @param running the plan that this process carries out already, if it does
 * @throws AgentError `CONFIG_INVALID` with every problem
 */
export async function configure(document: ConfigDocument, running?: Plan): Promise<Plan> {
  const { config, problems } = parseConfig(document)
  // What is loaded compiles them.
  if (!reportPatterns(document.value, problems.report)) problems.throwIfAny()
  // Before the beats are imported, as they may take functions out of Node's modules.
  const stacks = running ? running.stacks : stacksFor(config)
  const loading = loadingOf(config, document, problems.report, running)
  const common = configureSteps(config.processors, loading)
  const [beats, processors, output] = await Promise.all([
    configureBeats(config, common, loading),
    common,
    configureOutput(config.output, loading),
  ])
  const account = accountOf(config, problems.report)
  problems.throwIfAny()
  if (!output) throw new TypeError('an output without a problem has no settings')
  const plugins = pluginsOf({ config, beats, processors, output })
  const reach = reachOf(privilegesOf(plugins).privileges, config.landlock, [
    ...new Set([...readByAgent(config), ...foldersOf(document)]),
  ])
  // An installed filter goes on deciding about sockets: what a reload asks for beyond it is compared as reach.
  const declared = declaredOf({ plugins, reach: running?.reach ?? reach })
  const sandbox = await planSandbox(config.seccomp, declared)
  const { files, locate, secrets } = document
  const configured = { beats, processors, output, plugins }
  return { config, files, locate, secrets, ...configured, sandbox, reach, account, stacks }
}

/** The plan of a process that has the output alone: no more is permitted than that takes. */
export async function withOutputAlone(plan: Plan): Promise<Plan> {
  const { config, output } = plan
  const plugins = [output]
  const asked = reachOf(privilegesOf(plugins).privileges, config.landlock, readByAgent(config))
  // An output may have folders there without a word: they are relative to it, and agents write it anyway.
  const data = { what: config.path.data, who: 'agent', why: 'folders of the output in it' }
  const reach = { ...asked, writes: [...asked.writes, data] }
  const sandbox = await planSandbox(config.seccomp, declaredOf({ plugins, reach }))
  return { ...plan, beats: [], processors: [], plugins, reach, sandbox }
}

function stacksFor({ seccomp: { enabled, diagnose } }: Config): DenialStacks | undefined {
  return enabled && diagnose ? DenialStacks.watching() : undefined
}

/** What the agent reads wherever `landlock.reads` says what else it may. */
function readByAgent({ path, queue }: Config): readonly string[] {
  // Not all of /dev: root would read whole disks.
  const devices = ['/dev/zero', '/dev/random', '/dev/urandom']
  const folders = ['/proc', '/sys', '/etc', '/usr', '/lib', '/lib64']
  const system = [...folders, ...devices].filter(existsSync)
  const own = [path.config, path.data, path.logs, ...queue.outside]
  return [...system, fileURLToPath(packageRoot()), ...own]
}

/** Those of the files that a reload reads again: an editor may put a new file in the place of one. */
function foldersOf({ files, folder }: ConfigDocument): readonly string[] {
  // -c /dev/stdin is open already, and can't be read again anyway.
  return files.map(file => dirname(resolve(folder, file))).filter(path => path !== '/dev')
}

function accountOf({ user }: Config, report: Report): Account | undefined {
  if (user === '') return undefined
  const found = findAccount(user)
  return typeof found === 'string' ? void report(['user'], found) : found
}

/** Node keeps the result of an import, a failure too. */
const ONLY_ONCE = '; it is not imported again: correct it and restart the agent'

function loadingOf(
  { path: { config, home } }: Config,
  { strictPerms }: ConfigDocument,
  report: Report,
  running: Plan | undefined,
): Loading {
  const imports = new Imports()
  const places = { builtins: builtinBeats(), config, home, strictPerms, imports }
  return { places, remedy: running ? ONLY_ONCE : '', report, untrusted: new Set() }
}

async function configureBeats(
  config: Config,
  common: Promise<readonly ConfiguredStep[]>,
  loading: Loading,
): Promise<readonly ConfiguredBeat[]> {
  const enabled = config.beats.filter(beat => beat.enabled)
  const configured = await Promise.all(
    enabled.map(async beat => {
      const [plugin, own] = await Promise.all([
        configurePlugin('beat', beat, loading),
        configureSteps(beat.processors, loading),
      ])
      const enrichment = enrichmentOf(config, beat)
      return plugin && { ...plugin, config: beat, enrichment, processors: [own, await common] }
    }),
  )
  return configured.filter(beat => beat !== undefined)
}

function enrichmentOf(config: Config, beat: BeatConfig): Enrichment {
  const layers = [config, beat].map(({ tags, fields, fields_under_root }) => {
    return { tags, fields, fields_under_root }
  })
  return { name: config.name, layers }
}

async function configureOutput(
  config: OutputConfig,
  loading: Loading,
): Promise<ConfiguredOutput | undefined> {
  const output = await configurePlugin('output', config, loading)
  const parsed = parseDelivery(config.delivery, output?.plugin.delivery ?? {}, loading.report)
  if (!output || !parsed) return undefined
  const inFlight = parsed.delivery.inFlight * (output.plugin.peers?.(output.settings) ?? 1)
  return { ...output, ...parsed, delivery: { ...parsed.delivery, inFlight } }
}
