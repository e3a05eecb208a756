import { existsSync, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { codeOf } from '../../errors.ts'
import { plainReason } from '../../system-errors.ts'
import { ownershipProblems, type TrustedFile } from '../../trust/ownership.ts'

/** The places where the `type` of a plugin is looked up. */
export interface PluginPlaces {
  /** The folder of the built-in beats, which has a folder for each; a URL that ends in `/`. */
  readonly builtins: URL
  /** `path.config`: paths are relative to it, and packages are looked up there first. */
  readonly config: string
  /** `path.home`: the second place for paths and packages. */
  readonly home: string
  /** Whether to refuse a file given by a path if others own or may write it. Undefined means yes. */
  readonly strictPerms?: boolean
}

export function isPath(type: string): boolean {
  return /^\.{0,2}\//.test(type)
}

/** @throws Error unless the file can be trusted */
export function locateFile(
  kind: TrustedFile['kind'],
  name: string,
  { config, home, strictPerms }: PluginPlaces,
): URL {
  const [first, second] = [resolve(config, name), resolve(home, name)]
  const path = existsSync(first) || !existsSync(second) ? first : second
  return trusted({ kind, name, path }, strictPerms)
}

/**
 * Returns the module at a path, unless others could have written it, as its code runs before the filter.
 * Node opens it again by its name, so everybody who may write its folder has to be trusted too.
 */
function trusted(file: TrustedFile, strictPerms = true): URL {
  const stats = statOf(file.path)
  if (stats.isDirectory()) {
    throw new Error(`${file.path} is a folder: name the file in it, such as ${file.name}/index.js`)
  }
  const problems = strictPerms ? ownershipProblems(file, stats) : []
  if (problems.length > 0) throw new Error(problems.join('; '))
  return pathToFileURL(file.path)
}

/** Words an error itself: if this user may not enter a folder above, the file may well exist. */
function statOf(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    throw new Error(plainReason(error), { cause: error })
  }
}

/**
 * Looks a package up as an `import` in a module beside the configuration would, then beside the agent.
 * Undefined if it is in no place.
 */
export async function locatePackage(
  name: string,
  { builtins, config, home }: PluginPlaces,
): Promise<URL | undefined> {
  const { resolve: resolveImport } = await import('import-meta-resolve')
  const places = [config, home].map(place => pathToFileURL(`${resolve(place)}/`))
  for (const from of [...places, builtins]) {
    try {
      const url = new URL(resolveImport(name, from.href))
      if (url.protocol === 'file:') return existing(url)
    } catch (error) {
      if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error
    }
  }
  return undefined
}

function existing(url: URL): URL {
  if (existsSync(url)) return url
  throw new Error(`${fileURLToPath(url)} does not exist`)
}
