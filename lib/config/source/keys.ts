import type { Path } from '../../errors.ts'
import type { Find } from '../finding.ts'
import { MAX_DEPTH, MAX_NODES, TOO_DEEP } from './limits.ts'
import { formatPosition } from './position.ts'
import type { Tree } from './tree.ts'

/** One entry of a map as it was written; its key may be `queue.mem`. */
export interface Entry {
  readonly key: string
  readonly tree: Tree
}

type Entries = Map<string, Tree>

/** Characters of a key. */
const MOST_SHOWN = 60

/**
 * Nests dotted keys, so that `queue.mem.events: 1` and `queue: { mem: { events: 1 } }` are the same and may
 * be used together. A setting that is written twice is reported, in whichever form.
 *
 * @param count counts the maps that it makes, and ends with more than `MAX_NODES`
 */
export function nestKeys(
  written: readonly Entry[],
  path: Path,
  find: Find,
  count: { nodes: number },
): Entries {
  const entries: Entries = new Map()
  const own: Own = new Set()
  const literal = new Map<string, Tree>()
  for (const { key, tree } of written) {
    if (count.nodes > MAX_NODES) break
    const parts = key.split('.')
    const wrong = wrongKey(parts, path)
    if (wrong !== undefined) {
      find(tree.at, [...path, shortened(key)], wrong)
    } else if (literal.has(key)) {
      reportDuplicate([...path, ...parts], tree, literal.get(key) ?? tree, find)
    } else {
      literal.set(key, tree)
      add(entries, parts, tree, { path, find, own, count })
    }
  }
  return entries
}

/** For a message: a key may be as long as YAML lets it. */
function shortened(key: string): string {
  return key.length > MOST_SHOWN ? `${key.slice(0, MOST_SHOWN)}…` : key
}

function wrongKey(parts: readonly string[], path: Path): string | undefined {
  if (path.length + parts.length > MAX_DEPTH) return TOO_DEEP
  if (parts.includes('')) return 'a key must not be empty, or begin or end with a dot'
  // Harmless here, but not to all code that gets the data.
  if (parts.includes('__proto__')) return 'a key must not be __proto__'
  return undefined
}

/** Maps that nobody else has: an alias may stand for others in several places. */
type Own = Set<ReadonlyMap<string, Tree>>

interface Nesting {
  readonly path: Path
  readonly find: Find
  readonly own: Own
  readonly count: { nodes: number }
}

/** Adds a tree below the parts of its key, in maps at its own position where there are none yet. */
function add(entries: Entries, parts: readonly string[], tree: Tree, nesting: Nesting): void {
  const { path, find, own, count } = nesting
  const last = parts.length - 1
  let into = entries
  for (const [at, part] of parts.entries()) {
    const known = into.get(part)
    const here = [...path, ...parts.slice(0, at)]
    if (at === last) {
      join(into, part, tree, { ...nesting, path: here })
    } else if (known === undefined || known.kind === 'map') {
      if (known === undefined) count.nodes++
      const below = ownOf(known?.entries, own)
      into.set(part, { kind: 'map', at: tree.at, ...known, entries: below })
      into = below
    } else {
      reportDuplicate([...here, part], tree, known, find)
      return
    }
  }
}

function ownOf(entries: ReadonlyMap<string, Tree> = new Map(), own: Own): Entries {
  if (own.has(entries)) return entries as Entries
  const copy: Entries = new Map(entries)
  own.add(copy)
  return copy
}

function join(into: Entries, key: string, tree: Tree, nesting: Nesting): void {
  const known = into.get(key)
  const path = [...nesting.path, key]
  if (known === undefined) into.set(key, tree)
  else if (known.kind === 'map' && tree.kind === 'map') {
    const entries = ownOf(known.entries, nesting.own)
    for (const [below, each] of tree.entries) join(entries, below, each, { ...nesting, path })
    into.set(key, { ...known, entries })
  } else reportDuplicate(path, tree, known, nesting.find)
}

function reportDuplicate(path: Path, again: Tree, first: Tree, find: Find): void {
  find(again.at, path, `is set twice (first at ${formatPosition(first.at)})`)
}
