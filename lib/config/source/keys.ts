import type { Path } from '../../errors.ts'
import type { Find } from '../finding.ts'
import { MAX_DEPTH, TOO_DEEP } from './limits.ts'
import { formatPosition } from './position.ts'
import type { MapTree, Tree } from './tree.ts'

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
 */
export function nestKeys(written: readonly Entry[], path: Path, find: Find): Entries {
  const entries: Entries = new Map()
  const own: Own = new Set()
  const literal = new Map<string, Tree>()
  for (const { key, tree } of written) {
    const parts = key.split('.')
    const wrong = wrongKey(parts, path)
    if (wrong !== undefined) {
      find(tree.at, [...path, shortened(key)], wrong)
    } else if (literal.has(key)) {
      reportDuplicate([...path, ...parts], tree, literal.get(key) ?? tree, find)
    } else {
      literal.set(key, tree)
      join(entries, nest(parts, tree, own), path, find, own)
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

/** `['a', 'b']` and a tree → `{ a: { b: tree } }`, at the tree's position. */
function nest(parts: readonly string[], tree: Tree, own: Own): MapTree {
  const [first = '', ...rest] = parts
  const child = rest.length === 0 ? tree : nest(rest, tree, own)
  const entries: Entries = new Map([[first, child]])
  own.add(entries)
  return { kind: 'map', at: tree.at, entries }
}

/** Maps that nobody else has: an alias may stand for others in several places. */
type Own = Set<ReadonlyMap<string, Tree>>

function ownOf(entries: ReadonlyMap<string, Tree>, own: Own): Entries {
  if (own.has(entries)) return entries as Entries
  const copy: Entries = new Map(entries)
  own.add(copy)
  return copy
}

function join(into: Entries, added: MapTree, path: Path, find: Find, own: Own): void {
  for (const [key, tree] of added.entries) {
    const known = into.get(key)
    if (known === undefined) into.set(key, tree)
    else if (known.kind === 'map' && tree.kind === 'map') {
      const entries = ownOf(known.entries, own)
      join(entries, tree, [...path, key], find, own)
      into.set(key, { ...known, entries })
    } else reportDuplicate([...path, key], tree, known, find)
  }
}

function reportDuplicate(path: Path, again: Tree, first: Tree, find: Find): void {
  find(again.at, path, `is set twice (first at ${formatPosition(first.at)})`)
}
