import type { Stats } from 'node:fs'
import { isPrivateGroup } from './private-group.ts'

/** A file that decides what the agent does. */
export interface TrustedFile {
  readonly kind: 'config' | 'plugin' | 'beat' | 'output' | 'processor'
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
  return [
    ...(uid === 0 || uid === user ? [] : [`${named} ${ownerWords(user)}`]),
    ...(othersMayWrite({ gid, mode }, user, isPrivate)
      ? [`${named} ${writersWords(mode, '-', path)}`]
      : []),
  ]
}

/** Whether anybody may write it but its owner, root and `user`. */
export function othersMayWrite(
  { gid, mode }: Pick<Stats, 'gid' | 'mode'>,
  user: number,
  isPrivate: (gid: number, user: number) => boolean,
): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isPrivate(gid, user))
}

export function ownerWords(user: number): string {
  return `must be owned by the user identifier (uid=${user}) or root`
}

export function writersWords(mode: number, type: '-' | 'd', path: string): string {
  return (
    `can only be writable by the owner but the permissions are "${formatMode(mode, type)}"` +
    commandWords('permissions', 'chmod go-w', path)
  )
}

/**
 * The command that mends it. Whoever owns a folder chooses the names in it, and a command is there to be copied:
 * one for a name that a shell does not take as it is, spaces aside, is left out.
 */
export function commandWords(what: string, command: string, path: string): string {
  const word = shellWord(path)
  return word === undefined ? '' : ` (to fix the ${what} use: '${command} ${word}')`
}

/** A path as a word of a shell; undefined if a shell does not take it as it is, spaces aside. */
export function shellWord(path: string): string | undefined {
  if (!/^[\p{L}\p{N}\p{M}@%+=:,./_ -]+$/u.test(path)) return undefined
  return path.includes(' ') ? `"${path}"` : path
}

/** `-rw-r--r--`: the type and the permission bits as ls(1) shows them, without those for special programs. */
export function formatMode(mode: number, type: '-' | 'd'): string {
  const letters = Array.from('rwxrwxrwx', (letter, at) => (mode & (0o400 >> at) ? letter : '-'))
  return `${type}${letters.join('')}`
}
