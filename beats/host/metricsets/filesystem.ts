import { statfs } from 'node:fs/promises'
import type { Event } from 'sealbeat'
import { parseNodevTypes } from '../proc/filesystems.ts'
import { type Mount, parseMounts } from '../proc/mounts.ts'
import type { Host, Metricset } from './metricset.ts'
import { ratio } from './numbers.ts'
import { boundedStatfs, type StatFs } from './statfs.ts'

/** Reports one event per filesystem, with the terms of df(1). */
export const filesystem: Metricset = host => {
  const ask = boundedStatfs(statfs, { timeoutMs: 1000, maxHanging: 2 })
  return async signal => {
    const events: Event[] = []
    // One after the other: if several calls hung at once, they would block the whole thread pool.
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
 * Returns the visible mounts, each filesystem once: of several mounts on one mount point the last, and of a
 * device the shortest mount point (the others are bind mounts, such as a container's /etc/hosts).
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
  // Only a path identifies a device; many filesystems may share a name such as `tmpfs` or `none`.
  return visible.filter(
    mount => !mount.device.startsWith('/') || shortest.get(mount.device) === mount,
  )
}

/**
 * Sizes in bytes, and numbers of inodes. `used.pct` is computed as in df: relative to the space that ordinary
 * users may fill, without the reserve for root.
 */
export function filesystemFields({ device, mountPoint, type }: Mount, stats: StatFs): Event {
  const blockBytes = stats.frsize || stats.bsize
  const used = stats.blocks - stats.bfree
  return {
    system: {
      filesystem: {
        device_name: device,
        mount_point: mountPoint,
        type,
        total: stats.blocks * blockBytes,
        free: stats.bfree * blockBytes,
        available: stats.bavail * blockBytes,
        used: { bytes: used * blockBytes, pct: ratio(used, used + stats.bavail) },
        files: stats.files,
        free_files: stats.ffree,
      },
    },
  }
}
