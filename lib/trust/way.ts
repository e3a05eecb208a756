import { accessSync, constants, readFileSync } from 'node:fs'
import { codeOf } from '../errors.ts'
import { commandWords, othersMayWrite, ownerWords, writersWords } from './ownership.ts'
import { isPrivateGroup } from './private-group.ts'
import type { Step } from './walk.ts'

const STICKY = 0o1000

/** What decides beside the owner and the mode of a step. */
interface Host {
  readonly isPrivate: (gid: number, user: number) => boolean
  readonly isUnmapped: (uid: number) => boolean
  readonly isReadOnly: (folder: string) => boolean
}

const HOST: Host = { isPrivate: isPrivateGroup, isUnmapped, isReadOnly }

/**
 * Problems with the folders and the symbolic links on the way to a file, as sshd(8) has them: each must be owned
 * by the user who runs the agent or by root, and a folder be writable by nobody else. In a sticky folder, such as
 * /tmp, nobody can replace what is another's; and nobody writes on a mount that is read-only.
 */
export function wayProblems(
  steps: readonly Step[],
  user: number | undefined = process.geteuid?.(),
  host: Host = HOST,
): readonly string[] {
  if (user === undefined) return []
  return steps.flatMap(step => (step.kind === 'file' ? [] : stepProblems(step, user, host)))
}

function stepProblems(
  { kind, path, uid, gid, mode }: Step,
  user: number,
  { isPrivate, isUnmapped, isReadOnly }: Host,
): readonly string[] {
  const named = `${kind === 'link' ? 'symbolic link' : 'folder'} (${JSON.stringify(path)})`
  const owned = uid === 0 || uid === user || isUnmapped(uid)
  const chown = kind === 'link' ? 'chown -h' : 'chown'
  const owner =
    `${named} ${ownerWords(user)}, not by uid ${uid}` +
    commandWords('owner', `${chown} ${user}`, path)
  const spared = () => kind === 'link' || (mode & STICKY) !== 0 || isReadOnly(path)
  const isWritable = othersMayWrite({ gid, mode }, user, isPrivate) && !spared()
  return [
    ...(owned ? [] : [owner]),
    ...(isWritable ? [`${named} ${writersWords(mode, 'd', path)}`] : []),
  ]
}

/** Whether the folder is on a mount that is read-only, so that its mode lets nobody write: access(2). */
export function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return false
  } catch (error) {
    return codeOf(error) === 'EROFS'
  }
}

/**
 * Whether a uid only stands for owners that the user namespace does not have, such as the owner of `/` where root
 * of the host is not part of it: user_namespaces(7). Nobody in the namespace can act as such an owner.
 */
export function isUnmapped(
  uid: number,
  read: (file: string) => string = file => readFileSync(file, 'utf8'),
): boolean {
  try {
    if (uid !== Number(read('/proc/sys/kernel/overflowuid'))) return false
    const ranges = read('/proc/self/uid_map').trim().split('\n')
    return !ranges.some(range => {
      const [first = 0, , count = 0] = range.trim().split(/\s+/).map(Number)
      return uid >= first && uid < first + count
    })
  } catch {
    return false
  }
}
