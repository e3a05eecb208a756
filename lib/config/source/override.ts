import type { Find } from '../finding.ts'
import { nestKeys } from './keys.ts'
import type { Position } from './position.ts'
import type { MapTree, Tree } from './tree.ts'
import { readYaml } from './yaml.ts'

/** `seccomp.enabled=false` → a tree of that one setting; undefined if there is none, which is reported. */
export function readOverride(text: string, source: number, find: Find): MapTree | undefined {
  const equals = text.indexOf('=')
  const key = equals < 0 ? text : text.slice(0, equals)
  const at: Position = { name: `-E ${key.trim()}`, source }
  if (equals < 0) return void find(at, [], 'must be written as key=value')
  const tree = readValue(text.slice(equals + 1), at, find)
  if (tree === undefined) return undefined
  return { kind: 'map', at, entries: nestKeys([{ key: key.trim(), tree }], [], find, { nodes: 0 }) }
}

function readValue(text: string, at: Position, find: Find): Tree | undefined {
  if (text.trim() === '') return { kind: 'scalar', at, value: '', plain: false }
  const tree = readYaml({ text, positionOf: () => at }, find)
  if (tree !== null) return tree
  // YAML reads `name=#1` as a comment, which nobody means who types it.
  return void find(at, [], 'has no value; put a # in quotes')
}
