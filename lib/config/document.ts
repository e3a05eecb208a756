import { messageOf, type Path } from '../errors.ts'
import type { Find, Finding } from './finding.ts'
import { readOverride } from './override.ts'
import { formatPosition, type Position } from './position.ts'
import { invalidConfig } from './problems.ts'
import { readSourceFile } from './source-file.ts'
import { findPosition, type MapTree, mapScalars, mergeTrees, plainOfMap } from './tree.ts'
import { type Environment, expandScalar } from './variables.ts'
import { readYaml } from './yaml.ts'

/** Where the configuration comes from; what comes later wins. */
export interface ConfigSource {
  /** `-c`, in order; absolute or relative to the working directory. */
  readonly files: readonly string[]
  /** `-E key=value`, in order, after all files. */
  readonly overrides: readonly string[]
  /** What `${VAR}` refers to. */
  readonly env: Environment
}

/** Everything that was configured, merged and with its variables resolved, but not yet validated. */
export interface ConfigDocument {
  readonly value: Readonly<Record<string, unknown>>
  readonly files: readonly string[]
  /** What is wrong though the text is well formed: settings written twice, variables not set. */
  readonly findings: readonly Finding[]
  /** Where a path was written, or else the nearest of its ancestors that was. */
  find(path: Path): Position | undefined
  /** The same as it is printed: `beat.yml:14:5`, `-E seccomp.enabled`. */
  locate(path: Path): string | undefined
}

/**
 * Reads every source. Throws `CONFIG_INVALID`, naming all that is wrong in all of them, when one can't
 * be read or isn't well-formed YAML: anything said about its settings would then be guesswork.
 */
export function readDocument({ files, overrides, env }: ConfigSource): ConfigDocument {
  const findings: Finding[] = []
  const find: Find = (at, path, message) => findings.push({ at, path, message })
  const trees = [
    ...files.map((file, source) => readFile(file, source, find)),
    ...overrides.map((text, index) => readOverride(text, files.length + index, find)),
  ]
  const sound = trees.filter(tree => tree !== undefined)
  if (sound.length < trees.length) throw invalidConfig(findings)
  const merged = sound.reduce(mergeMaps, { kind: 'map', at: NOWHERE, entries: new Map() })
  const tree = expand(merged, env, find)
  return { ...documentOf(tree), files, findings }
}

/** Whether a filter is to be installed, as far as that can be said before validation. */
export function wantsFilter({ value }: ConfigDocument): boolean {
  const { seccomp } = value
  return (
    !(typeof seccomp === 'object' && seccomp !== null && 'enabled' in seccomp) ||
    seccomp.enabled !== false
  )
}

const NOWHERE: Position = { name: '', source: -1 }

function documentOf(tree: MapTree): Pick<ConfigDocument, 'value' | 'find' | 'locate'> {
  const find = (path: Path) => findPosition(tree, path)
  const locate = (path: Path) => {
    const position = find(path)
    return position && formatPosition(position)
  }
  return { value: plainOfMap(tree), find, locate }
}

function readFile(file: string, source: number, find: Find): MapTree | undefined {
  const positionOf = (line: number, column: number): Position => ({
    name: file,
    source,
    line,
    column,
  })
  const nothing: MapTree = { kind: 'map', at: { name: file, source }, entries: new Map() }
  try {
    const text = readSourceFile(file)
    if (text.trim() === '') return void find(nothing.at, [], 'is empty')
    const tree = readYaml({ text, positionOf }, find)
    if (tree === undefined || tree?.kind === 'map') return tree
    if (tree === null) return nothing
    return void find(tree.at, [], 'must be settings, written as key: value')
  } catch (thrown) {
    return void find(nothing.at, [], messageOf(thrown))
  }
}

function mergeMaps(base: MapTree, later: MapTree): MapTree {
  const merged = mergeTrees(base, later)
  return merged.kind === 'map' ? merged : base
}

function expand(tree: MapTree, env: Environment, find: Find): MapTree {
  const expanded = mapScalars(tree, (scalar, path) =>
    expandScalar(scalar, env, message => find(scalar.at, path, message)),
  )
  return expanded.kind === 'map' ? expanded : tree
}
