import { type Accounts, readAccounts } from './accounts.ts'

/**
 * Whether nobody but root and this user is in a group. Many distributions give each user a group of its own, and a
 * umask of 002, so that its files can be written by the group. A group that only another source knows, such as a
 * directory service, is not known to be private.
 */
export function isPrivateGroup(
  gid: number,
  user: number,
  { users, groups }: Accounts = readAccounts(),
): boolean {
  const isTrusted = (uid: number | undefined) => uid === 0 || uid === user
  const names = new Set(users.filter(({ uid }) => isTrusted(uid)).map(({ name }) => name))
  const same = groups.filter(group => group.gid === gid)
  return (
    same.length > 0 &&
    same.every(({ members }) => members.every(member => names.has(member))) &&
    users.every(each => each.gid !== gid || isTrusted(each.uid))
  )
}
