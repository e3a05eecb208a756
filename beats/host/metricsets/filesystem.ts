import type { Event } from 'sealbeat'
import { askFilesystems, type FilesystemAnswer, type MountPlace } from 'sealbeat/host'
import { patient } from '../asking/patient.ts'
import { mountFinder } from '../mounts/reported.ts'
import type { Mount } from '../proc/mountinfo.ts'
import type { Check } from './figures.ts'
import type { Metricset } from './metricset.ts'
import { ratio, rest } from './numbers.ts'

/** Reports one event per filesystem, with the terms of df(1). */
export const filesystem: Metricset = ({ files, ignoredTypes, trouble, check }) => {
  const find = mountFinder(files, ignoredTypes)
  const ask = patient(askFilesystems, keyOf, { timeoutMs: 1000, deadlineMs: 5000, maxHanging: 8 })
  let known: ReadonlySet<string> = new Set()
  // In a container, the mounts below `hostfs` are others than those of the host's own process.
  const isOwn = files.process === 'proc/self'
  const placesOf = lastOf((mounts: readonly Mount[]) =>
    mounts.map(({ id, mountPoint }): MountPlace => {
      return { path: files.resolve(mountPoint), mountId: isOwn ? id : undefined }
    }),
  )
  return async signal => {
    const { mounts, hidden } = find()
    const asked = await ask(placesOf(mounts), signal)
    if (signal.aborted) return []
    const answers = isOwn ? asked : withoutStrangers(mounts, asked)
    for (const mount of hidden) trouble(subjectOf(mount), HIDDEN)
    const events = mounts.flatMap((mount, at) => {
      const answer = answers[at] ?? { problem: 'not asked' }
      const isKnown = !('problem' in answer)
      trouble(mount.mountPoint, isKnown ? undefined : answer.problem)
      // df(1) leaves out what has no blocks: nothing is stored there.
      return isKnown && answer.blocks > 0 ? [filesystemFields(mount, answer, check)] : []
    })
    const now = new Set([...mounts.map(({ mountPoint }) => mountPoint), ...hidden.map(subjectOf)])
    for (const subject of known) if (!now.has(subject)) trouble.forget(subject)
    known = now
    return events
  }
}

/**
 * A mount of the host that is not below `hostfs` would have the figures of the filesystem that is there instead. That
 * is told by the device, where the kernel tells it. A subvolume of btrfs has a number of its own.
 */
function withoutStrangers(
  mounts: readonly Mount[],
  answers: readonly FilesystemAnswer[],
): readonly FilesystemAnswer[] {
  return answers.map((answer, at) => {
    if ('problem' in answer || answer.deviceNumber === undefined) return answer
    const isSame = answer.deviceNumber === mounts[at]?.deviceNumber
    return isSame || mounts[at]?.type === 'btrfs'
      ? answer
      : { problem: 'it is not mounted below hostfs: bind it with rslave' }
  })
}

/** A function that does not do the same twice in a row. */
function lastOf<A, T>(make: (of: A) => T): (of: A) => T {
  let last: { readonly of: A; readonly made: T } | undefined
  return of => {
    if (last?.of !== of) last = { of, made: make(of) }
    return last.made
  }
}

const HIDDEN = 'another mount lies on top of it'

/** Not the mount point alone, which is also that of the mount on top. */
function subjectOf({ device, mountPoint }: Mount): string {
  return `${device} on ${mountPoint}`
}

function keyOf({ path, mountId }: MountPlace): string {
  return `${mountId} ${path}`
}

type Answer = Exclude<FilesystemAnswer, { readonly problem: string }>

/**
 * Sizes in bytes, and numbers of inodes. `used.pct` is computed as in df: relative to the space that ordinary
 * users may fill, without the reserve for root.
 */
export function filesystemFields(
  { device, mountPoint, type }: Mount,
  { blockBytes, ...answer }: Answer,
  check: Check,
): Event {
  const field = (name: string): string => `system.filesystem.${name} of ${mountPoint}`
  const total = check(field('total'), answer.blocks * blockBytes)
  const free = check(field('free'), answer.free * blockBytes, total)
  const available = check(field('available'), answer.available * blockBytes, total)
  const used = rest(total, free)
  const usable = used === undefined || available === undefined ? undefined : used + available
  const files = check(field('files'), answer.files)
  return {
    system: {
      filesystem: {
        device_name: device,
        mount_point: mountPoint,
        type,
        total,
        free,
        available,
        used: { bytes: used, pct: ratio(used, usable) },
        files,
        free_files: check(field('free_files'), answer.freeFiles, files),
      },
    },
  }
}
