import { relative } from 'node:path'
import type { Asked } from './reach.ts'

/** A file or folder that the next start runs or reads, below a folder that the agent writes. */
interface Exposed {
  readonly path: string
  readonly by: Asked<string>
}

/**
 * What starts the agent and can be changed by code in it: Landlock can't take a file out of a folder that may be
 * written. Pure; all paths are absolute.
 */
export function exposedFiles(
  paths: readonly string[],
  writes: readonly Asked<string>[],
): readonly Exposed[] {
  return paths.flatMap(path => {
    const by = writes.find(({ what }) => isBelow(path, what))
    return by ? [{ path, by }] : []
  })
}

/** Whether a path is that folder or lies below it. */
export function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith('../'))
}

/** One sentence about it, for the log and for `sandbox check`. */
export function exposedText({ path, by: { what, who } }: Exposed): string {
  return `${path} is below ${what}, which ${who} may write: code in the agent can change the next start`
}
