import { existsSync, readdirSync, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ownershipProblems, type TrustedFile } from '../../config/source/ownership.ts'
import { codeOf } from '../../errors.ts'
import { packageRoot } from '../../own-package.ts'
import { didYouMean } from '../../suggest.ts'
import { plainReason } from '../../system-errors.ts'
import type { AnyBeat } from '../plan.ts'
import { importDefault } from './import-plugin.ts'
import { beatProblems, isBeat } from './shape.ts'

/** The places where the `type` of a beat is looked up. */
interface PluginPlaces {
  /** The folder of the built-in beats, which has a folder for each; a URL that ends in `/`. */
  readonly builtins: URL
  /** `path.config`: paths are relative to it, and packages are looked up there first. */
  readonly config: string
  /** `path.home`: the second place for paths and packages. */
  readonly home: string
  /** Whether to refuse a file given by a path if others own or may write it. Undefined means yes. */
  readonly strictPerms?: boolean
}

/** The folder of the built-in beats: each is a bundle of its folder in beats/. */
export function builtinBeats(): URL {
  return new URL('dist/bundle/beats/', packageRoot())
}

/**
 * Imports the beat that a `type` names: a built-in name, a path, or a package.
 *
 * @param remedy is added to the message about a failed import
 * @throws Error whose message names the file, if there is one, and its problem
 */
export async function loadBeat(type: string, places: PluginPlaces, remedy = ''): Promise<AnyBeat> {
  const file = fileURLToPath(await locate(type, places))
  const exported = await importDefault(file, remedy)
  if (isBeat(exported)) return exported
  throw new Error(`${file} is no beat: ${beatProblems(exported).join('; ')}`)
}

async function locate(type: string, places: PluginPlaces): Promise<URL> {
  const { builtins, config, home, strictPerms } = places
  if (isPath(type)) {
    const [first, second] = [resolve(config, type), resolve(home, type)]
    const path = existsSync(first) || !existsSync(second) ? first : second
    return trusted({ kind: 'beat', name: type, path }, strictPerms)
  }
  const builtin = new URL(`${encodeURIComponent(type)}/index.js`, builtins)
  if (existsSync(builtin)) return builtin
  return locatePackage(type, places)
}

function isPath(type: string): boolean {
  return /^\.{0,2}\//.test(type)
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

function existing(url: URL): URL {
  if (existsSync(url)) return url
  throw new Error(`${fileURLToPath(url)} does not exist`)
}

/** Looks a package up as an `import` in a module beside the configuration would, then beside the agent. */
async function locatePackage(name: string, { builtins, config, home }: PluginPlaces): Promise<URL> {
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
  throw new Error(
    `there is neither a built-in beat nor a package "${name}"` +
      `${didYouMean(name, builtinBeatNames(builtins))}; built in: ` +
      `${builtinBeatNames(builtins).join(', ')}; a package is looked for from ${config}, a path starts with ./`,
  )
}

/** The names of the beats that come with the agent, in order. */
export function builtinBeatNames(builtins: URL): readonly string[] {
  if (!existsSync(builtins)) return []
  const folders = readdirSync(builtins, { withFileTypes: true }).filter(each => each.isDirectory())
  return folders.map(folder => folder.name).sort()
}
