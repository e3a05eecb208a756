import { readFileSync } from 'node:fs'

/** The texts of /etc/passwd and /etc/group: passwd(5), group(5). */
interface AccountFiles {
  readonly passwd: string
  readonly group: string
}

/**
 * Whether nobody but root and this user is in a group. Many distributions give each user a group of its own, and a
 * umask of 002, so that its files can be written by the group. A group that only another source knows, such as a
 * directory service, is not known to be private.
 */
export function isPrivateGroup(
  gid: number,
  user: number,
  { passwd, group }: AccountFiles = readAccounts(),
): boolean {
  const trusted = new Set([0, user])
  const accounts = fieldsOf(passwd).map(([name = '', , uid, primary]) => {
    return { name, uid: Number(uid), gid: Number(primary) }
  })
  const names = new Set(accounts.filter(({ uid }) => trusted.has(uid)).map(({ name }) => name))
  const groups = fieldsOf(group).filter(([, , number]) => Number(number) === gid)
  const members = groups.flatMap(([, , , list = '']) => list.split(',').filter(Boolean))
  return (
    groups.length > 0 &&
    members.every(member => names.has(member)) &&
    accounts.every(account => account.gid !== gid || trusted.has(account.uid))
  )
}

function readAccounts(): AccountFiles {
  return { passwd: read('/etc/passwd'), group: read('/etc/group') }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function fieldsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split(':'))
}
