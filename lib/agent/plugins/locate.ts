import { existsSync, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { codeOf } from '../../errors.ts'
import { plainReason } from '../../system-errors.ts'
import type { TrustedFile } from '../../trust/ownership.ts'
import { foundProblems } from '../../trust/trusted-file.ts'
import { type Walk, walk } from '../../trust/walk.ts'
import type { Imports } from './imports.ts'

/** The places where the `type` of a plugin is looked up. */
export interface PluginPlaces {
  /** The folder of the built-in beats, which has a folder for each; a URL that ends in `/`. */
  readonly builtins: URL
  /** `path.config`: paths are relative to it, and packages are looked up there first. */
  readonly config: string
  /** `path.home`: the second place for paths and packages. */
  readonly home: string
  /** Whether to refuse a file given by a path if others own or may write it or its folders. Undefined means yes. */
  readonly strictPerms?: boolean
  /** Of all plugins that are imported together. */
  readonly imports?: Imports
}

export function isPath(type: string): boolean {
  return /^\.{0,2}\//.test(type)
}

/** The file that a path names. */
export function fileAt(name: string, { config, home }: Pick<PluginPlaces, 'config' | 'home'>) {
  const [first, second] = [resolve(config, name), resolve(home, name)]
  return existsSync(first) || !existsSync(second) ? first : second
}

/** A file that others can change. */
export class UntrustedFile extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('; '))
    this.problems = problems
  }
}

/**
 * The module at a path, unless others could write or replace it, as its code runs before the filter. What is
 * imported is the file that the way has led to, without symbolic links: Node opens it by that name, to which
 * nobody else can give another file.
 *
 * @throws UntrustedFile
 * @throws Error if there is no such file
 */
export function locateFile(kind: TrustedFile['kind'], name: string, places: PluginPlaces): URL {
  const path = fileAt(name, places)
  if (statOf(path).isDirectory()) {
    throw new Error(`${path} is a folder: name the file in it, such as ${name}/index.js`)
  }
  const way = requireTrusted({ kind, name, path }, places)
  const last = way.broken === undefined ? way.steps.at(-1) : undefined
  return pathToFileURL(last?.path ?? path)
}

/**
 * The way to a file, unless others could write or replace it.
 *
 * @throws UntrustedFile
 */
export function requireTrusted(
  file: TrustedFile,
  { strictPerms = true }: Pick<PluginPlaces, 'strictPerms'>,
): Walk {
  const way = walk(file.path)
  const problems = strictPerms ? foundProblems(file, way) : []
  if (problems.length > 0) throw new UntrustedFile(problems)
  return way
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
