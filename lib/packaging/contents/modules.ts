import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Entry } from '../formats/tree.ts'
import { installedFiles } from './installed-files.ts'
import { publishedFiles } from './published.ts'

/** Never collected, as the running framework is packed instead. */
const FRAMEWORK = 'sealbeat'

interface Wanted {
  readonly name: string
  /** The real folder of the package that depends on it. */
  readonly from: string
  /** The folder that the dependent package is packed into. */
  readonly into: string
  /** Whether the dependent package can't run without it. */
  readonly required: boolean
}

interface Modules {
  readonly entries: readonly Entry[]
  /** Names of dependencies that are not installed. */
  readonly missing: readonly string[]
}

/**
 * The packages that an agent depends on, directly or indirectly, as they are installed. Development
 * dependencies are left out; packages that npm has linked from elsewhere are copied.
 */
export function collectModules(folder: string): Modules {
  const placed = new Map<string, string>()
  const missing = new Set<string>()
  const queue = wantedBy(realpathSync(folder), '/')
  for (const wanted of queue) {
    const source = locate(wanted.name, wanted.from)
    if (source === undefined) {
      if (wanted.required) missing.add(wanted.name)
      continue
    }
    const target = place(wanted, source, placed)
    if (target === undefined) continue
    placed.set(target, source)
    queue.push(...wantedBy(source, target))
  }
  const entries = [...placed].flatMap(([target, source]) => filesOf(source, target))
  return { entries, missing: [...missing].sort() }
}

/** npm installs peer dependencies, too. Only its author knows whether a package can do without one. */
function wantedBy(from: string, into: string): Wanted[] {
  const parsed: unknown = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  const members = new Map(Object.entries(Object(parsed)))
  const names = (key: string) => Object.keys(Object(members.get(key)))
  const optional = new Set(names('optionalDependencies'))
  const required = names('dependencies').filter(name => !optional.has(name))
  return [...new Set([...required, ...optional, ...names('peerDependencies')])]
    .filter(name => name !== FRAMEWORK)
    .map(name => ({ name, from, into, required: required.includes(name) }))
}

/** Searches as Node does: in node_modules of the folder and of each folder above. */
function locate(name: string, from: string): string | undefined {
  const found = join(from, 'node_modules', name)
  if (existsSync(join(found, 'package.json'))) return realpathSync(found)
  return dirname(from) === from ? undefined : locate(name, dirname(from))
}

/**
 * The target of a package: at the top, unless Node would then find another version; undefined if Node finds
 * this one already. All dependencies of a package are placed before their own dependencies, so that nothing
 * gets in between later.
 */
function place(
  { name, into }: Wanted,
  source: string,
  placed: ReadonlyMap<string, string>,
): string | undefined {
  const visible = foldersUp(into)
    .map(folder => placed.get(join(folder, 'node_modules', name)))
    .find(each => each !== undefined)
  if (visible === source) return undefined
  return join(visible === undefined ? '/' : into, 'node_modules', name)
}

function foldersUp(folder: string): readonly string[] {
  return folder === '/' ? [folder] : [folder, ...foldersUp(dirname(folder))]
}

/** A folder that is linked from elsewhere contains more than npm would have installed. */
function filesOf(source: string, target: string): readonly Entry[] {
  const parent = dirname(source)
  const isInstalled = [parent, dirname(parent)].some(each => basename(each) === 'node_modules')
  return isInstalled ? installedFiles(source, target) : publishedFiles(source, target)
}
