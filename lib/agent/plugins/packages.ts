import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PluginPlaces } from './locate.ts'
import { manifestIn, type PackageManifest } from './manifest.ts'

/** A package that declares itself a plugin, by the name under which it is found. */
export interface PluginPackage {
  /** What `type` has to be: the name of its folder in node_modules. */
  readonly type: string
  readonly manifest: PackageManifest
}

/**
 * The packages with sealbeat among their peer dependencies, in all folders where `locatePackage` looks. Of several
 * with one name, the one that it would find.
 */
export function pluginPackages({ builtins, config, home }: PluginPlaces): readonly PluginPackage[] {
  const folders = [resolve(config), resolve(home), fileURLToPath(builtins)].flatMap(withParents)
  const found = new Map<string, string>()
  for (const modules of new Set(folders.map(folder => join(folder, 'node_modules')))) {
    for (const type of namesIn(modules)) {
      if (!found.has(type)) found.set(type, join(modules, type))
    }
  }
  return [...found]
    .map(([type, folder]) => ({ type, manifest: manifestIn(folder) }))
    .flatMap(({ type, manifest }) => (manifest?.wants === undefined ? [] : [{ type, manifest }]))
    .sort((one, other) => (one.type < other.type ? -1 : 1))
}

function withParents(folder: string): readonly string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...withParents(above)]
}

/** Those of a scope have its name before theirs: `@acme/tide`. */
function namesIn(modules: string): readonly string[] {
  return entriesOf(modules).flatMap(name =>
    name.startsWith('@') ? entriesOf(join(modules, name)).map(own => `${name}/${own}`) : [name],
  )
}

/** A folder that is not there or can't be read has none: Node finds nothing in it either. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter(name => !name.startsWith('.'))
  } catch {
    return []
  }
}
