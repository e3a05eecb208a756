import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configure, type Plan } from '../agent/configure.ts'
import { credentialNames } from '../config/credential-names.ts'
import { type ConfigSource, readDocument } from '../config/document.ts'
import { AgentError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import { sysusers, tmpfiles } from './accounts.ts'
import type { AgentPackage } from './agent-package.ts'
import { copyright } from './copyright.ts'
import { buildDeb } from './deb.ts'
import { epochOf } from './epoch.ts'
import { frameworkEntries } from './framework.ts'
import { grantsOf } from './grants.ts'
import { installedPlaces, launcher, portableLauncher } from './launcher.ts'
import { type AgentManifest, readManifest } from './manifest.ts'
import { collectModules } from './modules.ts'
import { makeOutputFolder, makeWorkFolder } from './output-folder.ts'
import { ownFiles } from './own-files.ts'
import { requirePacked } from './packed-beats.ts'
import { buildRpm } from './rpm.ts'
import { bundledRuntime, type RuntimeKind, SYSTEM_RUNTIME } from './runtime.ts'
import { buildTarball } from './tarball.ts'
import { configFile, type Entry, file, folder } from './tree.ts'
import { unitFile } from './unit.ts'

export const PACKAGE_FORMATS = ['deb', 'rpm', 'tar'] as const
export type PackageFormat = (typeof PACKAGE_FORMATS)[number]

export interface PackageOptions {
  /** The agent's: package.json, its plugins, and node_modules with what they need. */
  readonly folder: string
  /** Of its configuration; of several files the last is the one that is installed. */
  readonly source: ConfigSource
  readonly formats: readonly PackageFormat[]
  readonly runtime: RuntimeKind
  /** Where the packages go. */
  readonly output: string
  readonly iteration: number
  readonly jitless: boolean
  /** Texts about the command line, by the name of the agent. */
  readonly manPage: (manifest: AgentManifest) => string
  readonly completion: (name: string) => string
}

/**
 * Makes packages of an agent; their paths. The configuration is checked first, as `test config` does.
 *
 * @throws AgentError `CONFIG_INVALID` with every problem; `OPEN_FAILED` where something is missing here
 */
export async function packageAgent(options: PackageOptions): Promise<readonly string[]> {
  const agent = await assemble(options)
  const output = makeOutputFolder(options.output)
  const work = makeWorkFolder()
  try {
    return options.formats.map(format => BUILDERS[format](agent, work, output))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const BUILDERS = { deb: buildDeb, rpm: buildRpm, tar: buildTarball } as const

async function assemble(options: PackageOptions): Promise<AgentPackage> {
  const manifest = readManifest(options.folder)
  const configuration = resolve(options.source.files.at(-1) ?? '')
  const plan = await configure(readDocument(options.source))
  const places = installedPlaces(manifest.name)
  const parts = { options, manifest, plan, configuration }
  const home = homeEntries(parts, places.home)
  requirePacked(plan, home, places.home)
  return {
    manifest,
    places,
    runtime: runtimeIn(options, places.home),
    entries: [...home, ...systemEntries(parts)],
    portable: [...homeEntries(parts, '/'), ...portableEntries(parts)],
    arch: process.arch,
    epoch: epochOf(options.source.env.SOURCE_DATE_EPOCH),
    iteration: options.iteration,
  }
}

interface Parts {
  readonly options: PackageOptions
  readonly manifest: AgentManifest
  readonly plan: Plan
  readonly configuration: string
}

function runtimeIn({ runtime }: PackageOptions, home: string) {
  return runtime === 'bundled' ? bundledRuntime(home) : SYSTEM_RUNTIME
}

function homeEntries({ options, manifest, configuration }: Parts, home: string): readonly Entry[] {
  const modules = collectModules(manifest, options.folder, home)
  if (modules.missing.length > 0) {
    const names = modules.missing.join(', ')
    throw new AgentError('OPEN_FAILED', `not installed: ${names}; run "npm install" first`)
  }
  return [
    ...runtimeIn(options, home === '/' ? '' : home).entries,
    ...frameworkEntries(home),
    ...modules.entries,
    ...ownFiles(resolve(options.folder), home, [configuration, resolve(options.output)]),
  ]
}

function systemEntries(parts: Parts): readonly Entry[] {
  const { options, manifest, configuration, plan } = parts
  const { name } = manifest
  const places = installedPlaces(name)
  const { node } = runtimeIn(options, places.home)
  const credentials = credentialNames(readFileSync(configuration, 'utf8'))
  const texts = [
    file(`/usr/bin/${name}`, launcher(name, node, places, options.jitless), 0o755),
    file(`/usr/lib/systemd/system/${name}.service`, unitOf(parts, credentials)),
    file(`/usr/lib/sysusers.d/${name}.conf`, sysusers(name, places)),
    file(`/usr/lib/tmpfiles.d/${name}.conf`, tmpfiles(name, places)),
    file(`/usr/share/man/man8/${name}.8`, options.manPage(manifest)),
    file(`/usr/share/bash-completion/completions/${name}`, options.completion(name)),
    configFile(`/etc/${name}/${name}.yml`, readFileSync(configuration, 'utf8'), 0o600),
    configFile(`/etc/${name}/${name}.reference.yml`, reference(), 0o644),
    folder(`/etc/${name}/credentials`, 0o700),
  ]
  const all = [...homeEntries({ options, manifest, plan, configuration }, places.home), ...texts]
  return [...texts, file(`/usr/share/doc/${name}/copyright`, copyright(manifest, all))]
}

function unitOf({ options, manifest, plan }: Parts, credentials: readonly string[]): string {
  return unitFile({
    manifest,
    grants: grantsOf(plan),
    policy: plan.sandbox.ready ? plan.sandbox.policy : undefined,
    credentials,
    jitless: options.jitless,
    shutdownTimeout: plan.config.shutdown_timeout,
  })
}

function portableEntries({ options, manifest: { name }, configuration }: Parts): readonly Entry[] {
  const node = options.runtime === 'bundled' ? '$here/bin/node' : undefined
  return [
    file(`/${name}`, portableLauncher(name, node, options.jitless), 0o755),
    file(`/${name}.yml`, readFileSync(configuration, 'utf8'), 0o600),
    file(`/${name}.reference.yml`, reference()),
  ]
}

/** Every setting of the agent with its default. */
function reference(): string {
  return readFileSync(fileURLToPath(new URL('config/beat.yml', packageRoot())), 'utf8')
}
