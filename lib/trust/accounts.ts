import { readFileSync } from 'node:fs'

/** A line of passwd(5). A number is undefined where the field is none. */
interface User {
  readonly name: string
  readonly uid: number | undefined
  readonly gid: number | undefined
}

/** A line of group(5). */
interface Group {
  readonly name: string
  readonly gid: number | undefined
  /** Without those who have it as their first. */
  readonly members: readonly string[]
}

export interface Accounts {
  readonly users: readonly User[]
  readonly groups: readonly Group[]
}

/** 2^32 - 1 means "unchanged" to the kernel. */
const MAX_ID = 2 ** 32 - 2

/** The accounts that /etc/passwd and /etc/group list; none where a file can't be read. */
export function readAccounts(folder = '/etc'): Accounts {
  return {
    users: linesOf(`${folder}/passwd`).map(([name = '', , uid, gid]) => {
      return { name, uid: idOf(uid), gid: idOf(gid) }
    }),
    groups: linesOf(`${folder}/group`).map(([name = '', , gid, members = '']) => {
      return { name, gid: idOf(gid), members: members.split(',').filter(Boolean) }
    }),
  }
}

/** Digits alone: an empty field is not 0, which is root. */
export function idOf(written: string | undefined): number | undefined {
  const id = /^\d{1,10}$/.test(written ?? '') ? Number(written) : undefined
  return id !== undefined && id <= MAX_ID ? id : undefined
}

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

/** Who runs this, for a message: `the user web (uid=997)`; without a line in /etc/passwd `this user (uid=997)`. */
export function userWords(
  uid: number | undefined = process.geteuid?.(),
  { users }: Pick<Accounts, 'users'> = readAccounts(),
): string {
  const found = users.find(each => each.uid === uid)
  return `${found ? `the user ${found.name}` : 'this user'} (uid=${uid ?? '?'})`
}
