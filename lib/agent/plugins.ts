import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { messageOf } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import { didYouMean } from '../suggest.ts'
import { type AnyBeat, isBeat, misshapeOf } from './beat-shape.ts'

/** Where the `type` of a beat is looked for. */
export interface PluginPlaces {
  /** Where the beats that come with the agent lie, a folder each, as a URL that ends in `/`. */
  readonly builtins: URL
  /** `path.config`: what paths start from, and whose node_modules comes first for packages. */
  readonly config: string
}

/** The beats that come with the agent, each a bundle of its folder in beats/. */
export function builtinBeats(): URL {
  return new URL('dist/bundle/beats/', packageRoot())
}

/**
 * Imports the beat that a `type` names: a built-in name, a path, or a package.
 *
 * @param remedy what to say further of an import that has failed
 * @throws Error whose message names the file, where there is one, and what is wrong with it
 */
export async function loadBeat(type: string, places: PluginPlaces, remedy = ''): Promise<AnyBeat> {
  const file = fileURLToPath(await locate(type, places))
  const exported = await importDefault(file, remedy)
  if (isBeat(exported)) return exported
  throw new Error(`${file} is no beat: ${misshapeOf(exported).join('; ')}`)
}

async function locate(type: string, { builtins, config }: PluginPlaces): Promise<URL> {
  if (isPath(type)) return existing(pathToFileURL(resolve(config, type)))
  const builtin = new URL(`${encodeURIComponent(type)}/index.js`, builtins)
  if (existsSync(builtin)) return builtin
  return locatePackage(type, { builtins, config })
}

function isPath(type: string): boolean {
  return /^\.{0,2}\//.test(type)
}

function existing(url: URL): URL {
  if (existsSync(url)) return url
  throw new Error(`${fileURLToPath(url)} does not exist`)
}

/** As an `import` in a module beside the configuration would find it, else beside the agent. */
async function locatePackage(name: string, { builtins, config }: PluginPlaces): Promise<URL> {
  const { resolve: resolveImport } = await import('import-meta-resolve')
  for (const from of [pathToFileURL(`${resolve(config)}/`), builtins]) {
    try {
      const url = new URL(resolveImport(name, from.href))
      if (url.protocol === 'file:') return existing(url)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
  throw new Error(
    `there is neither a built-in beat nor a package "${name}"` +
      `${didYouMean(name, builtinNames(builtins))}; built in: ` +
      `${builtinNames(builtins).join(', ')}; a package is looked for from ${config}, a path starts with ./`,
  )
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}

function builtinNames(builtins: URL): readonly string[] {
  if (!existsSync(builtins)) return []
  const folders = readdirSync(builtins, { withFileTypes: true }).filter(each => each.isDirectory())
  return folders.map(folder => folder.name)
}

async function importDefault(file: string, remedy: string): Promise<unknown> {
  try {
    const { default: exported }: { default?: unknown } = await import(pathToFileURL(file).href)
    return unwrapped(exported)
  } catch (thrown) {
    throw new Error(`${file} can't be imported: ${reasonOf(thrown, file)}${remedy}`, {
      cause: thrown,
    })
  }
}

/** A CommonJS module that was compiled from ESM has its default export one level down. */
function unwrapped(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null) return exported
  return '__esModule' in exported && 'default' in exported ? exported.default : exported
}

function reasonOf(thrown: unknown, file: string): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[mc]?ts$/.test(file)) {
    return `Node ${process.version} does not run TypeScript; compile it, or use Node 22.18 or later`
  }
  const reason = messageOf(thrown).split('\n')[0] ?? ''
  if (code === 'ERR_MODULE_NOT_FOUND' && reason.startsWith('Cannot find package')) {
    return `${reason}; install it there with npm`
  }
  // Node says where a syntax error is on the console only; a name that is not exported is none.
  if (thrown instanceof SyntaxError && !reason.includes('does not provide an export')) {
    return `${reason} (\`node --check ${file}\` shows where)`
  }
  return `${reason}${placeOf(thrown, file)}`
}

/** ` (line 3)`: where in the plugin's own file it was thrown. */
function placeOf(thrown: unknown, file: string): string {
  const stack = (thrown instanceof Error && thrown.stack) || ''
  const frame = stack.split('\n').find(each => each.includes(pathToFileURL(file).href))
  const line = frame && /:(\d+):\d+\)?$/.exec(frame)?.[1]
  return line ? ` (line ${line})` : ''
}
