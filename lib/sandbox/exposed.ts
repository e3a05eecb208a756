import { dirname, relative } from 'node:path'
import type { Step } from '../trust/walk.ts'
import type { Account } from './account.ts'
import { mayWrite } from './may-write.ts'
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

/** Some user: what files ask of it. */
type Ids = Pick<Account, 'uid' | 'gid' | 'groups'>

/** The way to a file or folder that the next start runs or reads. */
interface Way {
  readonly path: string
  readonly steps: readonly Step[]
}

/**
 * One sentence about what a user may change of what starts the agent, by owner and mode: where no Landlock domain
 * holds, code in the agent can. Undefined if that is nothing. Pure.
 *
 * @param isReadOnly whether a path is on a mount where nobody writes
 */
export function changeableText(
  ways: readonly Way[],
  user: Ids,
  isReadOnly: (path: string) => boolean,
): string | undefined {
  const named = ways.flatMap(({ path, steps }) => {
    const step = steps.findLast(each => mayChange(each, steps, user) && !isReadOnly(each.path))
    if (!step) return []
    return [step === steps.at(-1) ? path : `${path} (by ${step.path})`]
  })
  if (named.length === 0) return undefined
  const more = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : ''
  const mend =
    user.uid === 0
      ? 'set `user`, so that it does not stay root'
      : 'let root own them and their folders, and nobody else write them'
  return (
    `The agent's user (uid ${user.uid}) may write ${named.slice(0, MOST_NAMED).join(', ')}${more}: code in the ` +
    `agent can change the next start, as no domain confines it; ${mend}`
  )
}

const MOST_NAMED = 4
const STICKY = 0o1000

/** Its owner may give a file or folder another mode. In a sticky folder, only what is the user's own can be replaced. */
function mayChange(step: Step, steps: readonly Step[], user: Ids): boolean {
  const { kind, path, uid, gid, mode } = step
  if (kind === 'link') {
    const folder = steps.find(each => each.path === dirname(path))
    return uid === user.uid && folder !== undefined && mayWrite(folder, user)
  }
  if (uid === user.uid) return true
  if (kind === 'folder') return (mode & STICKY) === 0 && mayWrite(step, user)
  return (mode & ([user.gid, ...user.groups].includes(gid) ? 0o020 : 0o002)) !== 0
}
