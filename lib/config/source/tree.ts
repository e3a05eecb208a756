import type { Path } from '../../errors.ts'
import { keepTexts } from '../texts.ts'
import type { Position } from './position.ts'

export type ScalarValue = string | number | bigint | boolean | null

export interface ScalarTree {
  readonly kind: 'scalar'
  readonly at: Position
  readonly value: ScalarValue
  /** Written without quotes, so that a variable in it may become a number or a boolean. */
  readonly plain: boolean
  /** What a variable has put in its place, if that became a number or a boolean. */
  readonly text?: string
  /** The values of the credentials in it. */
  readonly secrets?: readonly string[]
  /** The names of the variables and credentials that are in it: `API_KEY`, `credential:token`. */
  readonly references?: readonly string[]
}

interface ListTree {
  readonly kind: 'list'
  readonly at: Position
  readonly items: readonly Tree[]
}

export interface MapTree {
  readonly kind: 'map'
  readonly at: Position
  readonly entries: ReadonlyMap<string, Tree>
}

/** A value with its position: that of its key in a map, that of its first character in a list. */
export type Tree = ScalarTree | ListTree | MapTree

/** Merges maps key by key; otherwise the later value replaces the earlier one. */
function mergeTrees(base: Tree, later: Tree): Tree {
  if (base.kind !== 'map') return later
  // An empty section (`seccomp:` and nothing below it) changes nothing.
  if (later.kind === 'scalar' && later.value === null) return base
  if (later.kind !== 'map') return later
  const entries = new Map(base.entries)
  for (const [key, tree] of later.entries) {
    const known = entries.get(key)
    entries.set(key, known === undefined ? tree : mergeTrees(known, tree))
  }
  return { ...base, entries }
}

export function mergeMaps(base: MapTree, later: MapTree): MapTree {
  const merged = mergeTrees(base, later)
  return merged.kind === 'map' ? merged : base
}

/** The same tree with every scalar replaced by the result of `change`. */
export function mapScalars(
  tree: Tree,
  change: (scalar: ScalarTree, path: Path) => ScalarTree,
  path: Path = [],
): Tree {
  if (tree.kind === 'scalar') return change(tree, path)
  if (tree.kind === 'list') {
    return { ...tree, items: tree.items.map((item, at) => mapScalars(item, change, [...path, at])) }
  }
  const entries = [...tree.entries].map(
    ([key, child]) => [key, mapScalars(child, change, [...path, key])] as const,
  )
  return { ...tree, entries: new Map(entries) }
}

/** Plain data, without positions. */
function plainOf(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return withTexts(tree.items.map(plainOf), tree.items.entries())
  return plainOfMap(tree)
}

export function plainOfMap(tree: MapTree): Record<string, unknown> {
  const plain = Object.fromEntries([...tree.entries].map(([key, child]) => [key, plainOf(child)]))
  return withTexts(plain, tree.entries)
}

function withTexts<T extends object>(
  plain: T,
  trees: Iterable<readonly [key: string | number, tree: Tree]>,
): T {
  const texts: [string, string][] = []
  for (const [key, tree] of trees) {
    if (tree.kind === 'scalar' && tree.text !== undefined) texts.push([String(key), tree.text])
  }
  return texts.length === 0 ? plain : keepTexts(plain, Object.fromEntries(texts))
}

/** Where `path` was written; if it was not, where its nearest written ancestor was. */
export function findPosition(tree: Tree, path: Path): Position | undefined {
  let found: Position | undefined
  let here: Tree | undefined = tree
  for (const key of path) {
    here = childOf(here, key)
    if (here === undefined) break
    found = here.at
  }
  return found
}

/** What was written there. */
export function treeAt(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>((at, key) => at && childOf(at, key), tree)
}

function childOf(tree: Tree, key: string | number): Tree | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(key))
  if (tree.kind === 'list' && typeof key === 'number') return tree.items[key]
  return undefined
}
