// What an agent that was started as root gives to the user that it becomes, before it becomes that user.
//
//   path.data, path.logs   folders and files of root below them, which the agent itself has made; the same of
//                          a queue on the disk that is elsewhere
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
import { mayWrite } from '../../sandbox/may-write.ts'

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
  return unwritable(others, account)
}

/** A problem for each folder that a user without capabilities can't write, with the command that mends it. */
export function unwritable(folders: readonly string[], account: Account): readonly string[] {
  return folders
    .filter(folder => !isWritable(folder, account))
    .map(folder => {
      const { name, uid, gid } = account
      return `${folder} can't be written by ${name}: chown ${uid}:${gid} ${folder}`
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

/** A folder that does not exist is not granted, and the log says so. */
function isWritable(folder: string, account: Account): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false })
  return !stats || mayWrite(stats, account)
}
