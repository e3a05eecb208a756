import type { HostFiles } from '../host-files.ts'
import { parseNodevTypes } from '../proc/filesystems.ts'
import { type Mount, parseMountinfo } from '../proc/mountinfo.ts'
import { sightOf } from './visible.ts'

interface Reported {
  readonly mounts: readonly Mount[]
  /** Filesystems that would be reported, if other mounts did not hide each mount of theirs. */
  readonly hidden: readonly Mount[]
}

/**
 * Returns a function that finds the mounts to report: those that can be reached, and of each filesystem one.
 *
 * @param ignoredTypes null: those that /proc/filesystems marks as nodev
 */
export function mountFinder(
  files: HostFiles,
  ignoredTypes: readonly string[] | null,
): () => Reported {
  let last:
    | { readonly mounts: string; readonly types: string; readonly found: Reported }
    | undefined
  return () => {
    const mounts = files.read(`${files.process}/mountinfo`, text => text)
    const types = ignoredTypes === null ? files.read('proc/filesystems', text => text) : ''
    // Thousands of mounts take a while to parse, and most of the time none has changed.
    if (last?.mounts === mounts && last.types === types) return last.found
    const ignored = new Set(ignoredTypes ?? parseNodevTypes(types))
    const found = reportedOf(parseMountinfo(mounts), ignored)
    last = { mounts, types, found }
    return found
  }
}

export function reportedOf(mounts: readonly Mount[], ignored: ReadonlySet<string>): Reported {
  const isReported = (mount: Mount): boolean => isOfFiles(mount) && !isIgnored(mount, ignored)
  const { visible, hidden } = sightOf(mounts)
  const seen = new Set(visible.map(({ deviceNumber }) => deviceNumber))
  return {
    mounts: eachOnce(visible.filter(isReported)),
    hidden: eachOnce(hidden.filter(mount => isReported(mount) && !seen.has(mount.deviceNumber))),
  }
}

/** `fuse` is the filesystem of `fuse.sshfs`; what follows is its subtype, mount(8). */
function isIgnored({ type }: Mount, ignored: ReadonlySet<string>): boolean {
  return ignored.has(type) || ignored.has(type.replace(/\..*/, ''))
}

/**
 * Not the handle of a namespace, whose root is no path (`net:[4026532281]`), not a place where something is mounted
 * as soon as somebody asks for it, and not a mount point that is deleted.
 */
function isOfFiles({ root, type, mountPoint }: Mount): boolean {
  return root.startsWith('/') && type !== 'autofs' && !mountPoint.endsWith('//deleted')
}

/**
 * Of the mounts of a filesystem the one that df(1) shows. Shares of one server may be parts of one filesystem, but
 * are mounted for themselves.
 */
function eachOnce(mounts: readonly Mount[]): readonly Mount[] {
  const chosen = new Map<string, Mount>()
  for (const mount of mounts) {
    const key = `${mount.deviceNumber} ${isRemote(mount) ? mount.device : ''}`
    const rival = chosen.get(key)
    if (rival === undefined || isShownBefore(mount, rival)) chosen.set(key, mount)
  }
  const all = new Set(chosen.values())
  return mounts.filter(mount => all.has(mount))
}

/** A device with a path, then a mount point nearer to `/`, unless less of the filesystem is mounted there. */
function isShownBefore(mount: Mount, rival: Mount): boolean {
  if (mount.device.includes('/') && !rival.device.includes('/')) return true
  const isNearer = mount.mountPoint.length < rival.mountPoint.length
  return isNearer && mount.root.length <= rival.root.length
}

function isRemote({ device }: Mount): boolean {
  return device.includes(':') || device.startsWith('//')
}
