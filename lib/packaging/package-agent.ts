// Packages an agent:
// 1. Check what needs no files yet: the manifest, the configuration (as `test config` does), and whether the
//    tools of the formats are installed.
// 2. Collect the home: Node, the framework, the installed dependencies, and the files that npm would publish
//    (contents/). A plugin that the configuration names but that is not among them is an error.
// 3. Write the texts: unit, tmpfiles.d, man page, completions, licences. The unit is made from this
//    configuration, so it grants what this agent declares and nothing else (unit/).
// 4. Try it out: stage the files in a temporary folder and run `test config` there, away from the sources
//    that would hide a missing file.
// 5. Stage the files for each format, and have the formats' own tools pack them, all at once (formats/). Only what
//    is whole is copied to where the packages are to be.
// The same input gives the same bytes: modes and times are set, and umask, locale and clock have no effect.

import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { configure } from '../agent/configure.ts'
import type { Plan } from '../agent/plan.ts'
import { credentialNames } from '../config/source/credential-names.ts'
import { type ConfigSource, readDocument } from '../config/source/document.ts'
import { messageOf } from '../errors.ts'
import type { AgentPackage } from './agent-package.ts'
import { copyright } from './contents/copyright.ts'
import { homeEntries } from './contents/home.ts'
import {
  type Completions,
  installedEntries,
  portableEntries,
  type Texts,
} from './contents/installed.ts'
import { installedPlaces } from './contents/launcher.ts'
import { librariesOf } from './contents/libraries.ts'
import { requirePacked } from './contents/packed-plugins.ts'
import type { RuntimeKind } from './contents/runtime.ts'
import { buildDeb } from './formats/deb.ts'
import { buildRpm } from './formats/rpm.ts'
import { buildTarball } from './formats/tarball.ts'
import { runTool } from './formats/tool.ts'
import type { Entry } from './formats/tree.ts'
import { type AgentManifest, readManifest } from './manifest.ts'
import { makeOutputFolder, makeWorkFolder } from './output-folder.ts'
import { tryOut } from './try-out.ts'
import { tmpfiles } from './unit/accounts.ts'
import { type Grants, grantsOf } from './unit/grants.ts'
import { socketFile, unitFile } from './unit/unit.ts'

export const PACKAGE_FORMATS = ['deb', 'rpm', 'tar'] as const
export type PackageFormat = (typeof PACKAGE_FORMATS)[number]

interface PackageOptions {
  /** The agent's folder, absolute: package.json, its plugins, and node_modules with their dependencies. */
  readonly folder: string
  /** The configuration: one file, which is installed unchanged. */
  readonly source: ConfigSource
  /** A folder of configuration beside it, which stays here. */
  readonly dropIns: string | undefined
  readonly formats: readonly PackageFormat[]
  /** Whether a format is left out whose tool this machine lacks; without any, it is an error all the same. */
  readonly asFarAsPossible: boolean
  /** Is told what is left out, and why. */
  readonly say: (line: string) => void
  /** Is told what is done now, as it takes a while. */
  readonly progress: (step: string) => void
  /** Ends the packing. */
  readonly signal: AbortSignal
  readonly runtime: RuntimeKind
  /** The folder for the packages. */
  readonly output: string
  readonly iteration: number
  readonly jitless: boolean
  /** Seconds since 1970: the modification time of every file. */
  readonly epoch: number
  /** The texts about the command line. */
  readonly manPage: (manifest: AgentManifest) => string
  readonly completions: (name: string) => Completions
}

/**
 * Makes packages of an agent and returns their paths. Checks the configuration first, as `test config` does,
 * and again with the packed files.
 *
 * @throws AgentError `CONFIG_INVALID` with every problem; `OPEN_FAILED` if this system lacks something
 */
export async function packageAgent(options: PackageOptions): Promise<readonly string[]> {
  const manifest = readManifest(options.folder)
  const plan = await configure(readDocument(options.source))
  const formats = possibleOf(options)
  options.progress('Collecting the files')
  const agent = assemble(options, manifest, plan)
  const output = makeOutputFolder(options.output)
  const work = makeWorkFolder()
  try {
    const { strictPerms = true, env } = options.source
    options.progress('Trying them out')
    tryOut(agent, work, { env, strictPerms, jitless: options.jitless })
    options.progress(`Packing: ${formats.join(', ')}`)
    const made = await allOf(formats.map(format => BUILDERS[format](agent, work, options.signal)))
    const placed = made.map(path => {
      const target = join(output, basename(path))
      copyFileSync(path, target)
      return target
    })
    if (plan.output.plugin.name === 'console') options.say(OF_CONSOLE)
    return placed
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Ends once none is at work, even if one has failed: they work in one folder, which is then removed. */
async function allOf(packing: readonly Promise<string>[]): Promise<readonly string[]> {
  await Promise.allSettled(packing)
  return Promise.all(packing)
}

const OF_CONSOLE =
  'warning: output.console: a service prints events into the journal, among its log, and the journal removes old ' +
  'ones as it fills; output.file keeps them'

const TOOLS = { deb: 'dpkg-deb', rpm: 'rpmbuild', tar: 'tar' } as const
const BUILDERS = { deb: buildDeb, rpm: buildRpm, tar: buildTarball } as const

/** The formats whose tools are there. */
function possibleOf(options: PackageOptions): readonly PackageFormat[] {
  const { formats, asFarAsPossible, say } = options
  const missing = formats.flatMap(format => {
    try {
      runTool(TOOLS[format], ['--version'])
      return []
    } catch (thrown) {
      return [{ format, thrown }]
    }
  })
  const [first] = missing
  if (first && (!asFarAsPossible || missing.length === formats.length)) throw first.thrown
  for (const { format, thrown } of missing) say(`Left out: ${format}: ${messageOf(thrown)}`)
  return formats.filter(format => !missing.some(each => each.format === format))
}

function assemble(options: PackageOptions, manifest: AgentManifest, plan: Plan): AgentPackage {
  const { runtime, jitless, epoch, iteration } = options
  const configuration = resolve(options.source.files.at(-1) ?? '')
  const home = homeOf(options, plan, configuration)
  requirePacked(plan, home)
  const { name, version } = manifest
  const launched = { name, version, runtime, jitless }
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
  const { folder, runtime, dropIns } = options
  const { data, logs } = plan.config.path
  const here = dropIns === undefined ? [] : [resolve(dropIns)]
  const excluded = [configuration, ...here, resolve(data), resolve(logs)]
  return homeEntries({ folder, runtime, excluded, output: resolve(options.output) })
}

function textsOf(
  { manPage, completions, jitless }: PackageOptions,
  manifest: AgentManifest,
  plan: Plan,
  configuration: string,
): Omit<Texts, 'copyright'> {
  const grants = grantsOf(plan)
  const places = installedPlaces(manifest.name)
  return {
    configuration,
    ...unitsOf(manifest, { plan, grants }, credentialNames(configuration), jitless),
    tmpfiles: tmpfiles(manifest.name, places, [...grants.writes.keys()]),
    manPage: manPage(manifest),
    completions: completions(manifest.name),
  }
}

/** The first Node that runs TypeScript without a flag. */
const TYPESCRIPT_NODE = '22.18'
const OLDEST_NODE = '20.19'

function oldestNode({ plugins }: Plan): string {
  const isTypeScript = plugins.some(({ config }) => /\.[cm]?ts$/.test(config?.type ?? ''))
  return isTypeScript ? TYPESCRIPT_NODE : OLDEST_NODE
}

function unitsOf(
  manifest: AgentManifest,
  { plan, grants }: { readonly plan: Plan; readonly grants: Grants },
  credentials: readonly string[],
  jitless: boolean,
): Pick<Texts, 'unit' | 'socketUnit'> {
  const { sandbox, config } = plan
  const policy = sandbox.ready ? sandbox.policy : undefined
  const shutdownTimeoutMs = config.shutdown_timeout
  const changesUser = plan.account !== undefined
  const options = {
    ...{ manifest, grants, policy, credentials, jitless },
    ...{ changesUser, shutdownTimeoutMs },
  }
  return { unit: unitFile(options), socketUnit: socketFile(options) }
}
