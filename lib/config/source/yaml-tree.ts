import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from 'yaml'
import type { Path } from '../../errors.ts'
import type { Find } from '../finding.ts'
import { type Entry, nestKeys } from './keys.ts'
import { MAX_DEPTH, MAX_NODES, TOO_DEEP, TOO_MANY } from './limits.ts'
import type { Position } from './position.ts'
import type { MapTree, ScalarValue, Tree } from './tree.ts'

interface Walk {
  readonly at: (offset: number) => Position
  readonly find: Find
  readonly anchors: Map<string, Node>
  /** The nodes that are being walked: an alias to one of them would never end. */
  readonly open: Set<Node>
  nodes: number
  /** Whether that has been reported. */
  isTooDeep: boolean
}

/** Turns the nodes of `yaml` into a tree: resolves aliases and merge keys, and nests dotted keys. */
export function treeOf(
  contents: unknown,
  at: (offset: number) => Position,
  find: Find,
): Tree | undefined {
  const walk: Walk = { at, find, anchors: new Map(), open: new Set(), nodes: 0, isTooDeep: false }
  const tree = walkNode(contents, at(0), [], walk)
  if (walk.isTooDeep) return undefined
  if (walk.nodes > MAX_NODES)
    return void find(at(0), [], `with its aliases and dotted keys it ${TOO_MANY}`)
  return tree
}

/** `here` is the position of the value's key; `path` is for messages. */
function walkNode(node: unknown, here: Position, path: Path, walk: Walk): Tree {
  const nothing: Tree = { kind: 'scalar', at: here, value: null, plain: true }
  walk.nodes += 1
  if (path.length > MAX_DEPTH) return tooDeep(here, path, walk, nothing)
  if (walk.nodes > MAX_NODES) return nothing
  if (isAlias(node)) return walkAlias(node.source, here, path, walk)
  if (isScalar(node)) {
    if (node.anchor !== undefined) walk.anchors.set(node.anchor, node)
    const plain = node.type === Scalar.PLAIN
    return { kind: 'scalar', at: here, plain, value: scalarValue(node, here, path, walk) }
  }
  if (!isMap(node) && !isSeq(node)) return nothing
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node)
  walk.open.add(node)
  const tree = isMap(node)
    ? walkMap(node, here, path, walk)
    : walkList(node.items, here, path, walk)
  walk.open.delete(node)
  return tree
}

/** Aliases can nest what is not nested in the text. */
function tooDeep(here: Position, path: Path, walk: Walk, nothing: Tree): Tree {
  if (!walk.isTooDeep) walk.find(here, path.slice(0, 1), TOO_DEEP)
  walk.isTooDeep = true
  return nothing
}

function walkAlias(name: string, here: Position, path: Path, walk: Walk): Tree {
  const target = walk.anchors.get(name)
  if (target !== undefined && !walk.open.has(target)) return walkNode(target, here, path, walk)
  const what = target === undefined ? 'has no anchor before it' : 'is inside its own anchor'
  walk.find(here, path, `the alias *${name} ${what}`)
  return { kind: 'scalar', at: here, value: null, plain: true }
}

function scalarValue(scalar: Scalar, here: Position, path: Path, walk: Walk): ScalarValue {
  const { value } = scalar
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value === 'symbol') return scalar.source ?? ''
  walk.find(here, path, `the tag ${scalar.tag ?? 'of this value'} is not supported`)
  return null
}

function walkList(items: readonly unknown[], here: Position, path: Path, walk: Walk): Tree {
  const trees = items.map((item, index) =>
    walkNode(item, startOf(item, walk) ?? here, [...path, index], walk),
  )
  return { kind: 'list', at: here, items: trees }
}

function walkMap(map: YAMLMap, here: Position, path: Path, walk: Walk): MapTree {
  const own: Entry[] = []
  const merged: MapTree[] = []
  for (const { key, value } of map.items as Pair[]) {
    const at = startOf(key, walk) ?? here
    if (!isScalar(key) || key.value === null) {
      walk.find(at, path, 'a key must be a word')
    } else if (key.source === '<<' && key.type === Scalar.PLAIN) {
      merged.push(...mergeSources(walkNode(value, at, path, walk), path, walk))
    } else {
      const name = key.source ?? String(key.value)
      own.push({ key: name, tree: walkNode(value, at, [...path, name], walk) })
    }
  }
  const entries = nestKeys(own, path, walk.find, walk)
  for (const source of merged) {
    for (const [key, tree] of source.entries) if (!entries.has(key)) entries.set(key, tree)
  }
  return { kind: 'map', at: here, entries }
}

/** The maps that `<<` merges: one map, or a list of maps, where the first to have a key wins. */
function mergeSources(tree: Tree, path: Path, walk: Walk): readonly MapTree[] {
  if (tree.kind === 'map') return [tree]
  if (tree.kind === 'list') return tree.items.flatMap(item => mergeSources(item, path, walk))
  walk.find(tree.at, path, '<< takes a map, or a list of maps')
  return []
}

function startOf(node: unknown, walk: Walk): Position | undefined {
  const start = isNode(node) ? node.range?.[0] : undefined
  return start === undefined ? undefined : walk.at(start)
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
}
