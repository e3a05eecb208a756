import type { Path } from '../../errors.ts'
import type { Find, Finding } from '../finding.ts'
import { invalidConfig } from '../problems.ts'
import type { Environment } from './expansion.ts'
import { readFileTree } from './file-tree.ts'
import { readOverride } from './override.ts'
import { formatPosition, type Position } from './position.ts'
import { Secrets } from './secrets.ts'
import { findPosition, type MapTree, mapScalars, mergeTrees, plainOfMap } from './tree.ts'
import { expandScalar } from './variables.ts'

/** Where the configuration comes from; what comes later wins. */
export interface ConfigSource {
  /** `-c`, in order; absolute or relative to the working directory. */
  readonly files: readonly string[]
  /** Whether files that others own or may write are refused. Undefined: they are. */
  readonly strictPerms?: boolean
  /** `-E key=value`, in order, after all files. */
  readonly overrides: readonly string[]
  /** What `${VAR}` refers to. */
  readonly env: Environment
}

/** Everything that was configured, merged and with its variables resolved, but not yet validated. */
export interface ConfigDocument {
  readonly value: Readonly<Record<string, unknown>>
  readonly files: readonly string[]
  /** Whether the files of beats that it names are held to the same as its own. */
  readonly strictPerms: boolean
  /** What is wrong though the text is well formed: settings written twice, variables not set. */
  readonly findings: readonly Finding[]
  /** What came from credentials. */
  readonly secrets: Secrets
  /** Where a path was written, or else the nearest of its ancestors that was. */
  find(path: Path): Position | undefined
  /** The same as it is printed: `beat.yml:14:5`, `-E seccomp.enabled`. */
  locate(path: Path): string | undefined
}

/**
 * Reads every source. Throws `CONFIG_INVALID`, naming all that is wrong in all of them, when one can't
 * be read, isn't well-formed YAML or may have been written by somebody else: anything said about its
 * settings would then be guesswork, and no beat that it names may be imported.
 */
export function readDocument({
  files,
  overrides,
  env,
  strictPerms = true,
}: ConfigSource): ConfigDocument {
  const findings: Finding[] = []
  const find: Find = (at, path, message) => findings.push({ at, path, message })
  const trees = [
    ...files.map((file, source) => readFileTree({ file, source, strictPerms }, find)),
    ...overrides.map((text, index) => readOverride(text, files.length + index, find)),
  ]
  const sound = trees.filter(tree => tree !== undefined)
  if (sound.length < trees.length) throw invalidConfig(findings)
  const merged = sound.reduce(mergeMaps, { kind: 'map', at: NOWHERE, entries: new Map() })
  const tree = expand(merged, env, find)
  return { ...documentOf(tree), files, strictPerms, findings }
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

function documentOf(tree: MapTree): Pick<ConfigDocument, 'value' | 'secrets' | 'find' | 'locate'> {
  const find = (path: Path) => findPosition(tree, path)
  const locate = (path: Path) => {
    const position = find(path)
    return position && formatPosition(position)
  }
  return { value: plainOfMap(tree), secrets: Secrets.in(tree), find, locate }
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
