import type { Stats } from 'node:fs'
import { isPrivateGroup } from './private-group.ts'

/** A file that decides what the agent does. */
export interface TrustedFile {
  readonly kind: 'config' | 'beat' | 'output' | 'processor'
  /** As the user wrote it. */
  readonly name: string
  /** Absolute. */
  readonly path: string
}

/**
 * Problems with the owner and the permissions of a file, in Beats' words: the file must be owned by the user
 * who runs the agent or by root, and be writable by nobody else. Unlike in Beats, its group may write it if
 * that is the user's own. Empty where files have no such owners (Windows).
 */
export function ownershipProblems(
  { kind, name, path }: TrustedFile,
  { uid, gid, mode }: Pick<Stats, 'uid' | 'gid' | 'mode'>,
  user: number | undefined = process.geteuid?.(),
  isPrivate: (gid: number, user: number) => boolean = isPrivateGroup,
): readonly string[] {
  if (user === undefined) return []
  const named = `${kind} file ("${name}")`
  const owner = `must be owned by the user identifier (uid=${user}) or root`
  const writers =
    `can only be writable by the owner but the permissions are "${formatMode(mode)}" ` +
    `(to fix the permissions use: 'chmod go-w ${path}')`
  const isWritable = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isPrivate(gid, user))
  return [
    ...(uid === 0 || uid === user ? [] : [`${named} ${owner}`]),
    ...(isWritable ? [`${named} ${writers}`] : []),
  ]
}

/** `-rw-r--r--`: the permission bits as ls(1) shows those of a regular file. */
function formatMode(mode: number): string {
  const letters = Array.from('rwxrwxrwx', (letter, at) => (mode & (0o400 >> at) ? letter : '-'))
  return `-${letters.join('')}`
}
