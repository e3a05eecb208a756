import { accessSync, constants } from 'node:fs'
import { type Accounts, readAccounts, userWords } from './accounts.ts'
import { formatMode, shellWord } from './ownership.ts'
import { type Step, walk } from './walk.ts'

/** Who asks, and what is known of it. */
interface Asking {
  readonly uid: number
  readonly gid: number
  readonly accounts: Accounts
}

/**
 * Why this user may not read a file or list a folder, with the command by which its owner lets the user do so: for
 * what Puppet or Ansible write, owned by root with mode 0600. Undefined if modes don't say why.
 *
 * @param path absolute
 */
export function unreadable(path: string, asking = whoAsks()): string | undefined {
  if (asking === undefined) return undefined
  const { steps, broken } = walk(path)
  const way = broken === undefined ? steps.slice(0, -1) : steps
  const shut = way.find(({ kind, path: each }) => kind === 'folder' && !may(each, constants.X_OK))
  if (shut !== undefined) return wordsOf(shut, `the folder ${shut.path} is`, 'x', asking)
  const last = steps.at(-1)
  const needed = last?.kind === 'folder' ? constants.R_OK | constants.X_OK : constants.R_OK
  if (broken !== undefined || last === undefined || may(last.path, needed)) return undefined
  return wordsOf(last, 'it is', last.kind === 'folder' ? 'rx' : 'r', asking)
}

function whoAsks(): Asking | undefined {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()]
  return uid === undefined || gid === undefined ? undefined : { uid, gid, accounts: readAccounts() }
}

function may(path: string, wanted: number): boolean {
  try {
    accessSync(path, wanted)
    return true
  } catch {
    return false
  }
}

function wordsOf(step: Step, what: string, missing: string, asking: Asking): string {
  const { users } = asking.accounts
  const owner = users.find(({ uid }) => uid === step.uid)?.name ?? `uid ${step.uid}`
  const mode = formatMode(step.mode, step.kind === 'folder' ? 'd' : '-')
  const commands = commandsFor(step, missing, asking)
  const remedy = commands === undefined ? '' : ` (to let it read that: '${commands}')`
  return `may not be read by ${userWords(asking.uid, asking.accounts)}: ${what} ${owner}'s, with mode ${mode}${remedy}`
}

/** The group gets the right, and not all users: the file may hold secrets. */
function commandsFor(step: Step, missing: string, { uid, gid, accounts }: Asking) {
  const path = shellWord(step.path)
  if (path === undefined) return undefined
  if (step.uid === uid) return `chmod u+${missing} ${path}`
  const name = accounts.groups.find(group => group.gid === gid)?.name ?? gid
  const chmod = `chmod g+${missing} ${path}`
  return step.gid === gid ? chmod : `chgrp ${name} ${path} && ${chmod}`
}
