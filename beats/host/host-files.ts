import {
  closeSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'

/** The files of the host, wherever its root is mounted. Paths are relative to that root. */
export interface HostFiles {
  /** Reads and parses a file of procfs or sysfs. Errors name the file. */
  read<T>(path: string, parse: (text: string) => T): T
  list(path: string): readonly string[]
  /** The names below a folder; none if there is no such folder. */
  names(path: string): readonly string[]
  /** The text of a small file without its line end; undefined if it can't be read. */
  text(path: string): string | undefined
  /** Where a symbolic link leads; undefined if it is none. */
  link(path: string): string | undefined
  /** The number by which the filesystem knows what is there; undefined if there is nothing. */
  inode(path: string): number | undefined
  /** Whether the kernel itself shows its devices there, not a copy. */
  readonly hasSysfs: boolean
  /** Converts a path on the host to one that this process can open. */
  resolve(path: string): string
  /** The directory of a process that has the mounts and network of the host. */
  readonly process: string
}

/** SYSFS_MAGIC of linux/magic.h. */
const SYSFS = 0x62656572

/**
 * Reads are synchronous: the kernel generates these files in memory within microseconds, and a read through
 * the thread pool costs ten times as much (measured: 280 µs against 25 µs).
 *
 * @param root `/`, or the path at which a container has mounted the host's root, such as `/hostfs`
 */
export function hostFiles(root: string): HostFiles {
  const readWhole = wholeReader()
  const resolve = (path: string): string => join(root, path)
  return {
    resolve,
    // In a container, `self` would be a process of the container.
    process: resolve('/') === '/' ? 'proc/self' : 'proc/1',
    hasSysfs: orUndefined(() => statfsSync(resolve('sys')).type) === SYSFS,
    list: path => readdirSync(resolve(path)),
    names: path => orUndefined(() => readdirSync(resolve(path))) ?? [],
    text: path => orUndefined(() => readWhole(resolve(path)).trimEnd()),
    link: path => orUndefined(() => readlinkSync(resolve(path))),
    inode: path => orUndefined(() => statSync(resolve(path), { throwIfNoEntry: false })?.ino),
    read(path, parse) {
      const file = resolve(path)
      const text = readWhole(file)
      try {
        return parse(text)
      } catch (cause) {
        throw new Error(`${file} ${cause instanceof Error ? cause.message : cause}`, { cause })
      }
    },
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * Returns a function that reads a whole file. A file of procfs reports a size of 0 and may arrive in pieces,
 * so it is read until the end.
 */
function wholeReader(): (file: string) => string {
  let buffer = Buffer.allocUnsafe(64 * 1024)
  return file => {
    const descriptor = openSync(file, 'r')
    try {
      for (let length = 0; ; ) {
        if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * length)
        const bytesRead = readSync(descriptor, buffer, length, buffer.length - length, null)
        if (bytesRead === 0) return buffer.toString('utf8', 0, length)
        length += bytesRead
      }
    } finally {
      closeSync(descriptor)
    }
  }
}
