import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AgentManifest } from './manifest.ts'
import { copy, type Entry } from './tree.ts'

/** The framework itself is always packed from what runs now. */
const FRAMEWORK = 'sealbeat'

interface Wanted {
  readonly name: string
  /** The real folder of the package that wants it. */
  readonly from: string
  /** Where that one goes. */
  readonly into: string
  readonly optional: boolean
}

export interface Modules {
  readonly entries: readonly Entry[]
  /** Names of dependencies that are not installed. */
  readonly missing: readonly string[]
}

/**
 * The packages that an agent depends on, as they are installed, with all that those depend on and
 * without what only development takes: copied, wherever npm has linked them from.
 */
export function collectModules(manifest: AgentManifest, folder: string, home: string): Modules {
  const placed = new Map<string, string>()
  const missing = new Set<string>()
  const queue = wantedBy(manifest, realpathSync(folder), home)
  for (const wanted of queue) {
    if (wanted.name === FRAMEWORK) continue
    const source = locate(wanted.name, wanted.from)
    if (source === undefined) {
      if (!wanted.optional) missing.add(wanted.name)
      continue
    }
    const target = place(wanted, source, home, placed)
    if (placed.has(target)) continue
    placed.set(target, source)
    queue.push(...wantedBy(manifestOf(source), source, target))
  }
  const entries = [...placed].flatMap(([target, source]) => filesOf(source, target))
  return { entries, missing: [...missing] }
}

type Dependencies = Pick<AgentManifest, 'dependencies' | 'optional'>

function wantedBy({ dependencies, optional }: Dependencies, from: string, into: string): Wanted[] {
  return [...new Set([...dependencies, ...optional])].map(name => {
    return { name, from, into, optional: optional.includes(name) }
  })
}

/** As Node looks for it: in node_modules of the folder and of each above. */
function locate(name: string, from: string): string | undefined {
  const found = join(from, 'node_modules', name)
  if (existsSync(join(found, 'package.json'))) return realpathSync(found)
  return dirname(from) === from ? undefined : locate(name, dirname(from))
}

/** At the top, unless another version is there. */
function place(
  { name, into }: Wanted,
  source: string,
  home: string,
  placed: ReadonlyMap<string, string>,
): string {
  const top = join(home, 'node_modules', name)
  const there = placed.get(top)
  return there === undefined || there === source ? top : join(into, 'node_modules', name)
}

function manifestOf(folder: string): Dependencies {
  const parsed: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const members = new Map(Object.entries(parsed ?? {}))
  const names = (key: string) => Object.keys(members.get(key) ?? {})
  return { dependencies: names('dependencies'), optional: names('optionalDependencies') }
}

/** Of a package, without the packages in it. */
function filesOf(folder: string, target: string): readonly Entry[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    if (entry.name === 'node_modules' || entry.name === '.git') return []
    const [source, path] = [join(folder, entry.name), join(target, entry.name)]
    const stat = statSync(source)
    if (stat.isDirectory()) return filesOf(source, path)
    return [copy(path, source, stat.mode & 0o100 ? 0o755 : 0o644)]
  })
}
