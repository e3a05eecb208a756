import type { Stats } from 'node:fs'
import { dirname } from 'node:path'
import { type Finding, findingIn } from '../../seccomp/check/finding.ts'
import type { Step } from '../../trust/walk.ts'
import type { Account } from '../account.ts'
import { changeableText, exposedFiles, exposedText } from '../exposed.ts'
import { mayWrite } from '../may-write.ts'
import type { Asked } from '../reach.ts'

interface Wanted {
  /** All folders that may be written, those of the agent itself too. */
  readonly writes: readonly Asked<string>[]
  /** What starts the agent, absolute. */
  readonly startFiles: readonly string[]
  /** Whom the agent becomes, or the user of this process. */
  readonly user: Pick<Account, 'name' | 'uid' | 'gid' | 'groups'>
  /** Whether that user comes with all capabilities, which override the modes of files. */
  readonly overridesModes: boolean
  /** Whether root gives that user its own folders before it becomes that user. */
  readonly handsOver: boolean
  /** Whether a Landlock domain will be entered. */
  readonly confined: boolean
}

/** What is on the host; paths are absolute. */
interface Host {
  readonly stat: (path: string) => Pick<Stats, 'uid' | 'gid' | 'mode' | 'isDirectory'> | undefined
  readonly walk: (path: string) => { readonly steps: readonly Step[] }
  readonly isReadOnly: (path: string) => boolean
  /** Those of the folders from which code can be loaded. */
  readonly executable: (folders: readonly string[]) => readonly string[]
}

const finding = findingIn('host')

/** Who asks for the folders of the agent itself. */
const AGENT = 'agent'

/** Folders that are written: whether they are there, whether the user may, and what should not be in them. */
export function folderFindings(wanted: Wanted, host: Host): readonly Finding[] {
  const declared = wanted.writes.filter(({ who }) => who !== AGENT)
  const own = wanted.writes.filter(({ who }) => who === AGENT)
  return [
    ...own.flatMap(({ what }) => ownFindings(what, wanted, host)),
    ...declared.flatMap(each => writtenFindings(each, wanted, host)),
    ...exposed(wanted, host),
    ...executable(wanted, host),
  ]
}

/** The agent makes its own folders, but can't take one from another user: not even as root, without capabilities. */
function ownFindings(
  folder: string,
  { user, overridesModes, handsOver }: Wanted,
  { stat }: Host,
): readonly Finding[] {
  const stats = stat(folder)
  if (!stats || overridesModes || mayWrite(stats, user) || (handsOver && stats.uid === 0)) return []
  const mend = `chown -R ${user.uid}:${user.gid} ${folder}`
  return [finding('error', `${folder} can’t be written by ${user.name}: ${mend}`)]
}

function writtenFindings(
  { what, who }: Asked<string>,
  { user, overridesModes, confined }: Wanted,
  { stat }: Host,
): readonly Finding[] {
  const stats = stat(what)
  if (!stats) return confined ? [missing(what, who, user)] : []
  if (!stats.isDirectory()) {
    const message = `${what}, which ${who} writes, is no folder: Landlock grants nothing there; declare ${dirname(what)}`
    return confined ? [finding('warning', message)] : []
  }
  if (overridesModes || mayWrite(stats, user)) return []
  const mend = `chown ${user.uid}:${user.gid} ${what}`
  const message = `${what}, which ${who} writes, can’t be written by ${user.name}: ${mend}`
  return [finding('error', message)]
}

function missing(what: string, who: string, { uid, gid }: Wanted['user']): Finding {
  const mend = `install -d -o ${uid} -g ${gid} ${what}`
  const message = `${what}, which ${who} writes, does not exist: unless its plugin makes it in open, Landlock grants nothing there; ${mend}`
  return finding('warning', message)
}

function exposed(
  { startFiles, writes, confined, user }: Wanted,
  { walk, isReadOnly }: Host,
): readonly Finding[] {
  if (!confined) {
    // That root may is another finding; and the service of a package is another user than who runs this.
    if (user.uid === 0) return []
    const ways = startFiles.map(path => ({ path, ...walk(path) }))
    const text = changeableText(ways, user, isReadOnly)
    return text === undefined ? [] : [finding('warning', text)]
  }
  return exposedFiles(startFiles, writes).map(each =>
    finding('warning', `${exposedText(each)}; move one of the two`),
  )
}

/**
 * Landlock decides about starting a program, but not about loading a native library, which noexec does. No warning:
 * a service may have other mounts than this process.
 */
function executable({ writes }: Wanted, host: Host): readonly Finding[] {
  const folders = host.executable([...new Set(writes.map(({ what }) => what))])
  if (folders.length === 0) return []
  const message =
    `native code can be loaded from ${folders.join(', ')}, which the agent writes: mount them with noexec, ` +
    `set NoExecPaths=${folders.join(' ')} in the unit, or seccomp.late_libraries: refuse`
  return [finding('info', message)]
}
