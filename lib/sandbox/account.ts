import { readFileSync } from 'node:fs'

/** Whom the process becomes. */
export interface Account {
  /** As it was written: a name, a uid, or `uid:gid`. */
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Supplementary groups. */
  readonly groups: readonly number[]
}

/** 2^32 - 1 means "unchanged" to the kernel. */
const MAX_ID = 2 ** 32 - 2

/**
 * Finds a user in passwd(5) and group(5): its name, `uid` or `uid:gid`. Accounts of a directory (LDAP) have no
 * line there and are written as `uid:gid`. Returns the problem if there is no such user.
 */
export function findAccount(written: string, folder = '/etc'): Account | string {
  const numbers = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(written)
  const users = linesOf(`${folder}/passwd`)
  const uid = numbers === null ? undefined : Number(numbers[1])
  const line = users.find(([name, , id]) =>
    uid === undefined ? name === written : idOf(id) === uid,
  )
  const gid = numbers?.[2] ?? line?.[3]
  if (line === undefined && uid === undefined)
    return `there is no user ${written} in ${folder}/passwd`
  if (gid === undefined)
    return `uid ${written} has no line in ${folder}/passwd: write ${written}:GID`
  const ids = { uid: idOf(numbers?.[1] ?? line?.[2]), gid: idOf(gid) }
  if (ids.uid === undefined || ids.gid === undefined) return `${written} has an invalid number`
  const groups = line ? groupsOf(line[0] ?? '', folder) : []
  return { name: written, uid: ids.uid, gid: ids.gid, groups }
}

function groupsOf(user: string, folder: string): readonly number[] {
  const groups = linesOf(`${folder}/group`).filter(fields => fields[3]?.split(',').includes(user))
  return groups.flatMap(fields => idOf(fields[2]) ?? [])
}

/** Digits alone: an empty field is not 0, which is root. */
function idOf(written: string | undefined): number | undefined {
  const id = /^\d{1,10}$/.test(written ?? '') ? Number(written) : undefined
  return id !== undefined && id <= MAX_ID ? id : undefined
}

/** The fields of each line; empty if the file can't be read. */
function linesOf(file: string): readonly (readonly string[])[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(line => line.split(':'))
  } catch {
    return []
  }
}
