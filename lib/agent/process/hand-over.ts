// What an agent that was started as root gives to the user that it becomes, before it becomes that user.
//
//   path.data, path.logs   folders and files of root below them, which the agent itself has made
//   open files             those below a folder that is written, such as an output's
//   other folders          must be writable for the user already: they are the operator's, and are refused
//                          with the command that gives them
//
// Everything is done on descriptors that follow no link, what is in a folder by the descriptor of the folder,
// and a file with a second name is left alone: whoever may write such a folder, or replaces one meanwhile, must
// not be able to have another file given away.

import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  type Stats,
  statSync,
} from 'node:fs'
import type { Account } from '../../sandbox/account.ts'

const ROOT = 0

interface Folders {
  /** Of the agent alone. */
  readonly own: readonly string[]
  /** Of the operator. */
  readonly others: readonly string[]
}

/** @returns a problem for each folder that the user could not write, with the command that mends it */
export function handOver({ own, others }: Folders, account: Account): readonly string[] {
  for (const folder of own) giveTree(folder, account)
  giveOpenFiles([...own, ...others], account)
  return others
    .filter(folder => !mayWrite(folder, account))
    .map(folder => {
      return `${folder} can't be written by ${account.name}: chown ${account.uid}:${account.gid} ${folder}`
    })
}

function giveTree(path: string, account: Account): void {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return // a symbolic link, or gone meanwhile
  }
  try {
    const stats = fstatSync(descriptor)
    give(descriptor, stats, account)
    if (!stats.isDirectory()) return
    const folder = `/proc/self/fd/${descriptor}`
    for (const name of readdirSync(folder)) giveTree(`${folder}/${name}`, account)
  } finally {
    closeSync(descriptor)
  }
}

function giveOpenFiles(folders: readonly string[], account: Account): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      if (folders.some(folder => target.startsWith(`${folder}/`))) give(fd, fstatSync(fd), account)
    } catch {
      // The descriptor of the listing itself.
    }
  }
}

function give(descriptor: number, stats: Stats, { uid, gid }: Account): void {
  const isFile = stats.isFile() && stats.nlink === 1
  if (stats.uid === ROOT && (isFile || stats.isDirectory())) fchownSync(descriptor, uid, gid)
}

/** By mode bits alone; access control lists are not looked at. */
function mayWrite(folder: string, { uid, gid, groups }: Account): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (!stats) return true // its nearest ancestor is granted, and what happens there is for the plugin to say
  if (uid === ROOT) return true
  if (stats.uid === uid) return (stats.mode & 0o300) === 0o300
  if ([gid, ...groups].includes(stats.gid)) return (stats.mode & 0o030) === 0o030
  return (stats.mode & 0o003) === 0o003
}
