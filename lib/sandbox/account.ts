import { idOf, readAccounts } from '../trust/accounts.ts'

/** Whom the process becomes. */
export interface Account {
  /** As it was written: a name, a uid, or `uid:gid`. */
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Supplementary groups. */
  readonly groups: readonly number[]
}

/**
 * Finds a user in passwd(5) and group(5): its name, `uid` or `uid:gid`. Accounts of a directory (LDAP) have no
 * line there and are written as `uid:gid`. Returns the problem if there is no such user.
 */
export function findAccount(written: string, folder = '/etc'): Account | string {
  const numbers = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(written)
  const { users, groups } = readAccounts(folder)
  const number = numbers === null ? undefined : Number(numbers[1])
  const found = users.find(({ name, uid }) =>
    number === undefined ? name === written : uid === number,
  )
  if (!found && !numbers) return `there is no user ${written} in ${folder}/passwd`
  if (!found && numbers?.[2] === undefined)
    return `uid ${written} has no line in ${folder}/passwd: write ${written}:GID`
  const uid = numbers ? idOf(numbers[1]) : found?.uid
  const gid = numbers?.[2] === undefined ? found?.gid : idOf(numbers[2])
  if (uid === undefined || gid === undefined) return `${written} has an invalid number`
  const own = groups.filter(({ members }) => found && members.includes(found.name))
  return { name: written, uid, gid, groups: own.flatMap(group => group.gid ?? []) }
}
