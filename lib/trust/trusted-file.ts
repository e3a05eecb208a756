import type { RegularFile } from '../regular-file.ts'
import { ownershipProblems, type TrustedFile } from './ownership.ts'
import { type Walk, walk } from './walk.ts'
import { wayProblems } from './way.ts'

/**
 * Why a file that was opened by its name can't be trusted: itself, or the way to it. Where nobody else may change
 * the way, it leads to the same file as when that was opened. A descriptor that the agent was started with, such
 * as `/dev/stdin`, stays what it is, so that nothing counts but the file. Empty where files have no owners (Windows).
 */
export function openedProblems(file: TrustedFile, { stats, id }: RegularFile): readonly string[] {
  if (process.geteuid === undefined) return []
  const way = walk(file.path, 'nothing')
  const problems = [...wayProblems(way.steps), ...ownershipProblems(file, stats)]
  if (problems.length > 0 || way.isDescriptor || way.steps.at(-1)?.id === id) return problems
  return [`${file.kind} file ("${file.name}") was replaced while it was read: try again`]
}

/**
 * Why the files in a folder can't be trusted to be those that its owner wants: the folder, or the way to it. Empty
 * where files have no owners (Windows).
 */
export function folderProblems(path: string): readonly string[] {
  return process.geteuid === undefined ? [] : wayProblems(walk(path).steps)
}

/**
 * Why what is at the end of a way can't be trusted. Where there is no reason, nobody else can replace it. Empty
 * where files have no owners (Windows).
 */
export function foundProblems(file: TrustedFile, { steps, broken }: Walk): readonly string[] {
  if (process.geteuid === undefined) return []
  const last = steps.at(-1)
  const own = last?.kind === 'file' ? ownershipProblems(file, last) : []
  const problems = [...wayProblems(steps), ...own]
  if (problems.length > 0 || broken === undefined) return problems
  return [`${file.path} can't be followed: ${broken}`]
}
