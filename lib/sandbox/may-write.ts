import type { Stats } from 'node:fs'
import type { Account } from './account.ts'

/** Whether files may be made and removed in a folder, by its mode bits alone: access control lists are not looked at. */
export function mayWrite(
  folder: Pick<Stats, 'uid' | 'gid' | 'mode'>,
  { uid, gid, groups }: Pick<Account, 'uid' | 'gid' | 'groups'>,
): boolean {
  if (folder.uid === uid) return (folder.mode & 0o300) === 0o300
  if ([gid, ...groups].includes(folder.gid)) return (folder.mode & 0o030) === 0o030
  return (folder.mode & 0o003) === 0o003
}
