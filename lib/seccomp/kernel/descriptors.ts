import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** One open file descriptor of this process. */
export interface Descriptor {
  readonly fd: number
  /** Its link in /proc: a path, `pipe:[7]`, `socket:[8]`, `anon_inode:[io_uring]`. */
  readonly target: string
  readonly writable: boolean
}

/** All open descriptors, or undefined if /proc can't be read. */
export function openDescriptors(): readonly Descriptor[] | undefined {
  try {
    return readdirSync('/proc/self/fd').flatMap(describe)
  } catch {
    return undefined
  }
}

/** The mode bits of the link itself show how the file was opened (proc(5)). */
function describe(fd: string): readonly Descriptor[] {
  const link = `/proc/self/fd/${fd}`
  try {
    const writable = (lstatSync(link).mode & 0o200) !== 0
    return [{ fd: Number(fd), target: readlinkSync(link), writable }]
  } catch {
    return [] // closed meanwhile, such as the descriptor that listed the folder
  }
}

/**
 * The descriptors that the process was started with. Node marks all of them close-on-exec and opens its
 * own among them, so they can only be told apart by kind: Node's own are anonymous inodes, /dev/null
 * (libuv's spare descriptor), pipes with both ends in this process, and the debugger's sockets.
 */
export function inheritedDescriptors(open: readonly Descriptor[]): readonly number[] {
  const debuggers = debuggerSockets()
  const isInherited = ({ fd, target, writable }: Descriptor) => {
    if (fd <= 2) return true
    if (target.startsWith('anon_inode:') || target === '/dev/null') return false
    if (debuggers.has(target)) return false
    const hasOtherEnd = open.some(other => other.target === target && other.writable !== writable)
    return !(target.startsWith('pipe:') && hasOtherEnd)
  }
  return open.filter(isInherited).map(({ fd }) => fd)
}

/** `--inspect` listens before any script runs. If kept, its socket would block its own port. */
function debuggerSockets(): ReadonlySet<string> {
  const port = process.debugPort.toString(16).toUpperCase().padStart(4, '0')
  const rows = ['tcp', 'tcp6'].flatMap(readSocketTable)
  return new Set(
    rows.filter(({ local }) => local.endsWith(`:${port}`)).map(({ inode }) => `socket:[${inode}]`),
  )
}

/** /proc/net/tcp (proc(5)): the second column is the local address, the tenth the inode. */
function readSocketTable(name: string): readonly { local: string; inode: string }[] {
  try {
    const rows = readFileSync(`/proc/self/net/${name}`, 'latin1').split('\n').slice(1)
    return rows.map(row => {
      const columns = row.trim().split(/\s+/)
      return { local: columns[1] ?? '', inode: columns[9] ?? '' }
    })
  } catch {
    return [] // no IPv6
  }
}
