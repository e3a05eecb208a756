// Reads the sources of the configuration into one document: files (`-c`), then overrides (`-E`). A folder stands
// for the files in it (source-files.ts).
//
// 1. Each source becomes a tree: YAML is parsed without coercions (yaml.ts), aliases and merge keys are
//    resolved, and dotted keys are nested (yaml-tree.ts, keys.ts). Every value keeps its position, so that
//    messages can point at `beat.yml:14:5`.
// 2. A source that can't be read, isn't well formed, or may have been written by somebody else ends the
//    reading with `CONFIG_INVALID`, after all sources have been looked at.
// 3. The trees are merged: maps key by key; otherwise the later source overrides the earlier one, except that
//    the `beats` of all files are joined (joined-beats.ts).
// 4. References to variables and credentials are resolved (expansion.ts). This happens after parsing, so the
//    environment can't add settings. Values from credentials are tracked as `Secrets` and never shown.
//
// Nothing is validated here; parse.ts does that. Problems that don't end the reading become `findings`.

import { dirname, resolve } from 'node:path'
import type { Path } from '../../errors.ts'
import type { Find, Finding } from '../finding.ts'
import { invalidConfig } from '../problems.ts'
import { type Environment, Room } from './expansion.ts'
import { readFileTree, readFolder } from './file-tree.ts'
import { mergeFile } from './joined-beats.ts'
import { readOverride } from './override.ts'
import { formatPosition, type Position } from './position.ts'
import { Secrets } from './secrets.ts'
import { sourceFiles } from './source-files.ts'
import { findPosition, type MapTree, mapScalars, mergeMaps, plainOfMap, treeAt } from './tree.ts'
import { expandScalar } from './variables.ts'

/** Where the configuration comes from; a later source overrides an earlier one. */
export interface ConfigSource {
  /** `-c`, in order: files and folders of files; absolute or relative to the working directory. */
  readonly files: readonly string[]
  /** A folder whose files are read after these, if it exists. */
  readonly dropIns?: string
  /** Whether to refuse files that other users own or may write. Default: true. */
  readonly strictPerms?: boolean
  /** `-E key=value`, in order, after all files. */
  readonly overrides: readonly string[]
  /** The variables that `${VAR}` refers to. */
  readonly env: Environment
  /** What relative paths start from. Default: the working directory, which a beat may change before a reload. */
  readonly folder?: string
}

/** The whole configuration, merged and with its variables resolved, but not yet validated. */
export interface ConfigDocument {
  readonly value: Readonly<Record<string, unknown>>
  /** What was read, and the folders that it was found in. */
  readonly files: readonly string[]
  /** What `files` and `path.home` are relative to. */
  readonly folder: string
  /** The folder of the first file, or the first folder if one comes first. */
  readonly configFolder: string
  /** Whether the files of its beats must meet the same rules of ownership as its own files. */
  readonly strictPerms: boolean
  /** Problems in well-formed text: settings written twice, variables that are not set. */
  readonly findings: readonly Finding[]
  /** Values that came from credentials. */
  readonly secrets: Secrets
  /** Where a path was written; if it was not, where its nearest written ancestor was. */
  find(path: Path): Position | undefined
  /** The same as text: `beat.yml:14:5`, `-E seccomp.enabled`. */
  locate(path: Path): string | undefined
  /** Where the value of this very path is from, and what is in it: `beat.yml:14:5, ${API_KEY}`. */
  originOf(path: Path): string | undefined
}

/**
 * Reads every source.
 *
 * @throws AgentError `CONFIG_INVALID`, with every problem of every source, if one can't be read, isn't
 * well-formed YAML or may have been written by somebody else. Messages about its settings would then be
 * guesswork, and the beats that it names must not be imported.
 */
export function readDocument({
  files: given,
  dropIns,
  overrides,
  env,
  strictPerms = true,
  folder = process.cwd(),
}: ConfigSource): ConfigDocument {
  const findings: Finding[] = []
  const find: Find = (at, path, message) => findings.push({ at, path, message })
  const common = { strictPerms, folder, named: new Set<string>() }
  const found = sourceFiles({ files: given, folder, ...(dropIns !== undefined && { dropIns }) })
  const ofFiles = found.map((each, source) =>
    (each.isFolder ? readFolder : readFileTree)({ ...each, source, ...common }, find),
  )
  const ofOverrides = overrides.map((text, at) => readOverride(text, found.length + at, find))
  const [files, later] = [ofFiles.filter(isSound), ofOverrides.filter(isSound)]
  if (files.length < ofFiles.length || later.length < ofOverrides.length) {
    throw invalidConfig(findings)
  }
  const nothing: MapTree = { kind: 'map', at: NOWHERE, entries: new Map() }
  const joined = files.reduce((base, file) => mergeFile(base, file, find), nothing)
  const tree = expand(later.reduce(mergeMaps, joined), env, find)
  const first = found[0] ?? { file: '', isFolder: false }
  return {
    ...documentOf(tree),
    files: found.map(({ file }) => file),
    folder,
    configFolder: resolve(folder, first.isFolder ? first.file : dirname(first.file)),
    strictPerms,
    findings,
  }
}

function isSound(tree: MapTree | undefined): tree is MapTree {
  return tree !== undefined
}

/** Whether a filter is wanted, as far as that is known before validation. */
export function wantsFilter({ value }: ConfigDocument): boolean {
  const { seccomp } = value
  return (
    !(typeof seccomp === 'object' && seccomp !== null && 'enabled' in seccomp) ||
    seccomp.enabled !== false
  )
}

const NOWHERE: Position = { name: '', source: -1 }

type OfTree = Pick<ConfigDocument, 'value' | 'secrets' | 'find' | 'locate' | 'originOf'>

function documentOf(tree: MapTree): OfTree {
  const find = (path: Path) => findPosition(tree, path)
  const locate = (path: Path) => {
    const position = find(path)
    return position && formatPosition(position)
  }
  const originOf = (path: Path) => {
    const found = treeAt(tree, path)
    if (found === undefined) return undefined
    const references = found.kind === 'scalar' ? (found.references ?? []) : []
    return [formatPosition(found.at), ...references.map(name => `\${${name}}`)].join(', ')
  }
  return { value: plainOfMap(tree), secrets: Secrets.in(tree), find, locate, originOf }
}

function expand(tree: MapTree, env: Environment, find: Find): MapTree {
  const room = new Room()
  const expanded = mapScalars(tree, (scalar, path) => {
    // A text may refer to a variable many times.
    const said = new Set<string>()
    const complain = (message: string) => {
      if (!said.has(message)) find(scalar.at, path, message)
      said.add(message)
    }
    return expandScalar(scalar, env, complain, room)
  })
  return expanded.kind === 'map' ? expanded : tree
}
