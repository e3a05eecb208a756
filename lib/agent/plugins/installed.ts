// Every plugin that beat.yml can name: those that come with the agent, those that it names by a path or a package,
// and the packages that declare themselves. Each is imported; one that can't be does not keep the others from it.
//
// Nobody has asked for the packages that are only found. So their files have to meet the rules for files that are
// given by a path: in a folder above, anybody might have put one.

import { fileURLToPath } from 'node:url'
import { messageOf, type Path } from '../../errors.ts'
import { version } from '../../own-package.ts'
import type { Plugin } from '../../plugin.ts'
import { builtinNames, isBuiltin, loadFound, loadPlugin, type PluginKind } from './load.ts'
import { fileAt, isPath, locatePackage, type PluginPlaces } from './locate.ts'
import { manifestAbove, type PackageManifest } from './manifest.ts'
import { type PluginPackage, pluginPackages } from './packages.ts'
import type { Use } from './uses.ts'

export interface InstalledPlugin {
  /** As beat.yml names it. */
  readonly type: string
  readonly from: 'built-in' | 'package' | 'path'
  /** Undefined if nobody has said it and the package can't be loaded. */
  readonly kind: PluginKind | undefined
  /** Of its package. A file in the agent's own folder has none. */
  readonly version?: string
  /** The folder of its package, or its file. */
  readonly place?: string
  /** Where the configuration names it. */
  readonly uses: readonly Path[]
  /** Undefined if it can't be loaded; then `problem` says why. */
  readonly plugin?: Plugin
  readonly problem?: string
}

const KINDS = ['beat', 'output', 'processor'] as const

/** An import that takes longer may never end. */
const IMPORT_MS = 5_000

/** In the order of kinds, those that come with the agent first; those of an unknown kind are last. */
export async function installedPlugins(
  places: PluginPlaces,
  uses: readonly Use[],
): Promise<readonly InstalledPlugin[]> {
  const pathsOf = (kind: PluginKind, type: string) =>
    uses.filter(use => use.kind === kind && use.type === type).map(({ path }) => path)
  const builtin = KINDS.flatMap(kind => builtinNames(kind).map(type => ({ kind, type })))
  const own = new Map(
    uses
      .filter(({ kind, type }) => !isBuiltin(kind, type))
      .map(({ kind, type }) => [`${kind} ${type}`, { kind, type }]),
  )
  const named = await Promise.all(
    [...builtin, ...own.values()].map(({ kind, type }) =>
      namedPlugin(kind, type, places, pathsOf(kind, type)),
    ),
  )
  const types = new Set([...own.values()].map(({ type }) => type))
  const others = pluginPackages(places).filter(({ type }) => !types.has(type))
  const found = await Promise.all(others.map(each => foundPlugin(each, places)))
  const all = [...named, ...found]
  return [...KINDS, undefined].flatMap(kind => all.filter(each => each.kind === kind))
}

async function namedPlugin(
  kind: PluginKind,
  type: string,
  places: PluginPlaces,
  uses: readonly Path[],
): Promise<InstalledPlugin> {
  const loaded = await attempt(async () => ({ plugin: await loadPlugin(kind, type, places) }))
  const about = { type, kind, uses, ...loaded }
  if (isBuiltin(kind, type)) return { ...about, from: 'built-in', version: version() }
  if (isPath(type)) return { ...about, from: 'path', place: fileAt(type, places) }
  const url = await locatePackage(type, places).catch(() => undefined)
  const manifest = url && manifestAbove(fileURLToPath(url))
  return { ...about, from: 'package', ...(manifest && aboutOf(manifest)) }
}

async function foundPlugin(
  { type, manifest }: PluginPackage,
  places: PluginPlaces,
): Promise<InstalledPlugin> {
  const loaded = await attempt(() => loadFound(type, places))
  return { type, from: 'package', kind: undefined, uses: [], ...aboutOf(manifest), ...loaded }
}

function aboutOf({ folder, version: its }: PackageManifest) {
  return { place: folder, ...(its !== '' && { version: its }) }
}

async function attempt<T>(load: () => Promise<T>): Promise<T | { readonly problem: string }> {
  const deadline = AbortSignal.timeout(IMPORT_MS)
  try {
    return await Promise.race([load(), aborted(deadline)])
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** Its timer keeps no process alive, so an await with nothing left to wait for is still found at once. */
function aborted(deadline: AbortSignal): Promise<never> {
  const late = new Error(`its import does not end within ${IMPORT_MS / 1000} s`)
  return new Promise((_, reject) => deadline.addEventListener('abort', () => reject(late)))
}
