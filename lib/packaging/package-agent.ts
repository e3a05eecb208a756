import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { configure } from '../agent/configure.ts'
import type { Plan } from '../agent/plan.ts'
import { credentialNames } from '../config/source/credential-names.ts'
import { type ConfigSource, readDocument } from '../config/source/document.ts'
import type { AgentPackage } from './agent-package.ts'
import { copyright } from './contents/copyright.ts'
import { homeEntries } from './contents/home.ts'
import { installedEntries, portableEntries, type Texts } from './contents/installed.ts'
import { installedPlaces } from './contents/launcher.ts'
import { librariesOf } from './contents/libraries.ts'
import { requirePacked } from './contents/packed-beats.ts'
import type { RuntimeKind } from './contents/runtime.ts'
import { buildDeb } from './formats/deb.ts'
import { buildRpm } from './formats/rpm.ts'
import { buildTarball } from './formats/tarball.ts'
import { runTool } from './formats/tool.ts'
import type { Entry } from './formats/tree.ts'
import { type AgentManifest, readManifest } from './manifest.ts'
import { tryOut } from './try-out.ts'
import { tmpfiles } from './unit/accounts.ts'
import { type Grants, grantsOf } from './unit/grants.ts'
import { makeOutputFolder, makeWorkFolder } from './unit/output-folder.ts'
import { unitFile } from './unit/unit.ts'

export const PACKAGE_FORMATS = ['deb', 'rpm', 'tar'] as const
export type PackageFormat = (typeof PACKAGE_FORMATS)[number]

interface PackageOptions {
  /** The agent's, absolute: package.json, its plugins, and node_modules with what they need. */
  readonly folder: string
  /** Of its configuration: one file, which is installed as it is. */
  readonly source: ConfigSource
  readonly formats: readonly PackageFormat[]
  readonly runtime: RuntimeKind
  /** Where the packages go. */
  readonly output: string
  readonly iteration: number
  readonly jitless: boolean
  /** Seconds since 1970: the time of every file. */
  readonly epoch: number
  /** Texts about the command line, by the name of the agent. */
  readonly manPage: (manifest: AgentManifest) => string
  readonly completion: (name: string) => string
}

/**
 * Makes packages of an agent; their paths. The configuration is checked first, as `test config` does, and
 * again with what was packed.
 *
 * @throws AgentError `CONFIG_INVALID` with every problem; `OPEN_FAILED` where something is missing here
 */
export async function packageAgent(options: PackageOptions): Promise<readonly string[]> {
  const manifest = readManifest(options.folder)
  const plan = await configure(readDocument(options.source))
  for (const format of options.formats) runTool(TOOLS[format], ['--version'])
  const agent = assemble(options, manifest, plan)
  const output = makeOutputFolder(options.output)
  const work = makeWorkFolder()
  try {
    const { strictPerms = true, env } = options.source
    tryOut(agent, work, { env, strictPerms, jitless: options.jitless })
    return options.formats.map(format => BUILDERS[format](agent, work, output))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const TOOLS = { deb: 'dpkg-deb', rpm: 'rpmbuild', tar: 'tar' } as const
const BUILDERS = { deb: buildDeb, rpm: buildRpm, tar: buildTarball } as const

function assemble(options: PackageOptions, manifest: AgentManifest, plan: Plan): AgentPackage {
  const { runtime, jitless, epoch, iteration } = options
  const configuration = resolve(options.source.files.at(-1) ?? '')
  const home = homeOf(options, plan, configuration)
  requirePacked(plan, home)
  const launched = { name: manifest.name, runtime, jitless }
  const texts = {
    ...textsOf(options, manifest, plan, readFileSync(configuration, 'utf8')),
    copyright: copyright(manifest, home),
  }
  return {
    manifest,
    places: installedPlaces(manifest.name),
    systemNode: runtime === 'system' ? oldestNode(plan) : undefined,
    libraries: librariesOf(home),
    entries: installedEntries(launched, home, texts),
    portable: portableEntries(launched, home, texts),
    arch: process.arch,
    epoch,
    iteration,
  }
}

function homeOf(options: PackageOptions, plan: Plan, configuration: string): readonly Entry[] {
  const { folder, runtime } = options
  const { data, logs } = plan.config.path
  const not = [configuration, resolve(data), resolve(logs)]
  return homeEntries({ folder, runtime, not, output: resolve(options.output) })
}

function textsOf(
  { manPage, completion, jitless }: PackageOptions,
  manifest: AgentManifest,
  plan: Plan,
  configuration: string,
): Omit<Texts, 'copyright'> {
  const grants = grantsOf(plan)
  const places = installedPlaces(manifest.name)
  return {
    configuration,
    unit: unitOf(manifest, { plan, grants }, credentialNames(configuration), jitless),
    tmpfiles: tmpfiles(manifest.name, places, [...grants.writes.keys()]),
    manPage: manPage(manifest),
    completion: completion(manifest.name),
  }
}

/** Which reads TypeScript itself. */
const TYPESCRIPT_NODE = '22.18'
const OLDEST_NODE = '20.19'

function oldestNode({ beats }: Plan): string {
  const isTypeScript = beats.some(({ config }) => /\.[cm]?ts$/.test(config.type))
  return isTypeScript ? TYPESCRIPT_NODE : OLDEST_NODE
}

function unitOf(
  manifest: AgentManifest,
  { plan, grants }: { readonly plan: Plan; readonly grants: Grants },
  credentials: readonly string[],
  jitless: boolean,
): string {
  const { sandbox, config } = plan
  const policy = sandbox.ready ? sandbox.policy : undefined
  const shutdownTimeout = config.shutdown_timeout
  return unitFile({ manifest, grants, policy, credentials, jitless, shutdownTimeout })
}
