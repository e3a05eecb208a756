import { resolve } from 'node:path'
import { messageOf } from '../../errors.ts'
import { folderProblems, openedProblems } from '../../trust/trusted-file.ts'
import type { Find } from '../finding.ts'
import type { Position } from './position.ts'
import { readSourceFile } from './source-file.ts'
import type { MapTree } from './tree.ts'
import { readYaml } from './yaml.ts'

/** A file to read, and its rank among the sources. */
interface FileSource {
  readonly file: string
  readonly source: number
  readonly strictPerms: boolean
  /** What it is relative to. */
  readonly folder: string
  /** Problems that are reported already: files share the folders on their way. */
  readonly named: Set<string>
  /** Why what is in a folder can't be told. */
  readonly problem?: string
}

/** Nothing, if the files in a folder can be listed and nobody else chooses them; else undefined, and reported. */
export function readFolder(
  { file, source, strictPerms, folder, named, problem }: FileSource,
  find: Find,
): MapTree | undefined {
  const at: Position = { name: file, source }
  const problems = [
    ...(problem === undefined ? [] : [problem]),
    ...(strictPerms ? folderProblems(resolve(folder, file)) : []),
  ]
  reportOnce(problems, at, named, find)
  return problems.length > 0 ? undefined : { kind: 'map', at, entries: new Map() }
}

/** The tree of a file; undefined if the file can't be read or trusted, which has then been reported. */
export function readFileTree(
  { file, source, strictPerms, folder, named }: FileSource,
  find: Find,
): MapTree | undefined {
  const at: Position = { name: file, source }
  const trusted = { kind: 'config', name: file, path: resolve(folder, file) } as const
  try {
    const problems: string[] = []
    const text = readSourceFile({ file, folder }, opened => {
      if (strictPerms) problems.push(...openedProblems(trusted, opened))
      reportOnce(problems, at, named, find)
    })
    // An untrusted file is parsed as well, so that its other problems are reported too.
    const tree = parse(text, at, find)
    return problems.length > 0 ? undefined : tree
  } catch (thrown) {
    return void find(at, [], messageOf(thrown))
  }
}

function reportOnce(
  problems: readonly string[],
  at: Position,
  named: Set<string>,
  find: Find,
): void {
  for (const problem of problems) {
    if (!named.has(problem)) find(at, [], problem)
    named.add(problem)
  }
}

function parse(text: string, at: Position, find: Find): MapTree | undefined {
  if (text.trim() === '') return void find(at, [], 'is empty')
  const positionOf = (line: number, column: number): Position => ({ ...at, line, column })
  const tree = readYaml({ text, positionOf }, find)
  if (tree === undefined || tree?.kind === 'map') return tree
  if (tree === null) return { kind: 'map', at, entries: new Map() }
  return void find(tree.at, [], 'must be a map of settings, written as key: value')
}
