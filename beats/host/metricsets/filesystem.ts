import { statfs } from 'node:fs/promises'
import type { Event } from 'sealbeat'
import { parseNodevTypes } from '../proc/filesystems.ts'
import { type Mount, parseMounts } from '../proc/mounts.ts'
import type { Host, Metricset } from './metricset.ts'
import { ratio } from './numbers.ts'
import { boundedStatfs } from './statfs.ts'

/** What statfs(2) tells. Newer versions of Node have `frsize` as well. */
export interface StatFs {
  readonly bsize: number
  readonly frsize?: number
  readonly blocks: number
  readonly bfree: number
  readonly bavail: number
  readonly files: number
  readonly ffree: number
}

/** One event per filesystem, in the terms of df(1). */
export const filesystem: Metricset = host => {
  const ask = boundedStatfs(statfs, { timeout: 1000, hanging: 2 })
  return async signal => {
    const events: Event[] = []
    // One after the other: were several of them to hang, they would hold the whole thread pool.
    for (const mount of reportedMounts(host)) {
      if (signal.aborted) break
      events.push(...(await sample(host, mount, ask)))
    }
    return events
  }
}

async function sample(
  { files, trouble }: Host,
  mount: Mount,
  ask: (path: string) => Promise<StatFs>,
): Promise<readonly Event[]> {
  try {
    const stats = await ask(files.resolve(mount.mountPoint))
    trouble(mount.mountPoint, undefined)
    return [filesystemFields(mount, stats)]
  } catch (error) {
    trouble(mount.mountPoint, error instanceof Error ? error.message : String(error))
    return []
  }
}

function reportedMounts({ files, ignoredTypes }: Host): readonly Mount[] {
  const ignored = new Set(ignoredTypes ?? files.read('proc/filesystems', parseNodevTypes))
  const mounts = files.read(`${files.process}/mounts`, parseMounts)
  return distinctMounts(mounts).filter(({ type }) => !ignored.has(type))
}

/**
 * What can be seen, each filesystem once: the last one mounted on a mount point, and of a device the
 * shortest mount point (the others are bind mounts, such as a container's /etc/hosts).
 */
export function distinctMounts(mounts: readonly Mount[]): readonly Mount[] {
  const visible = [...new Map(mounts.map(mount => [mount.mountPoint, mount])).values()]
  const shortest = new Map<string, Mount>()
  for (const mount of visible) {
    const rival = shortest.get(mount.device)
    if (rival === undefined || mount.mountPoint.length < rival.mountPoint.length) {
      shortest.set(mount.device, mount)
    }
  }
  // Only a path names a device; `tmpfs` or `none` may stand for many filesystems.
  return visible.filter(
    mount => !mount.device.startsWith('/') || shortest.get(mount.device) === mount,
  )
}

/** Bytes and inodes. `used.pct` is df's: of what ordinary users may fill, the reserve left out. */
export function filesystemFields({ device, mountPoint, type }: Mount, stats: StatFs): Event {
  const unit = stats.frsize || stats.bsize
  const used = stats.blocks - stats.bfree
  return {
    system: {
      filesystem: {
        device_name: device,
        mount_point: mountPoint,
        type,
        total: stats.blocks * unit,
        free: stats.bfree * unit,
        available: stats.bavail * unit,
        used: { bytes: used * unit, pct: ratio(used, used + stats.bavail) },
        files: stats.files,
        free_files: stats.ffree,
      },
    },
  }
}
