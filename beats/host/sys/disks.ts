import type { HostFiles } from '../host-files.ts'

interface Named {
  readonly name: string
}

/**
 * Returns a function that finds the disks among block devices: neither partitions nor what is built on other devices
 * or on memory, so that each byte counts once, where it reaches a disk. What a device is does not change, so each is
 * looked at once.
 */
export function diskFinder<T extends Named>(
  files: HostFiles,
): (devices: readonly T[]) => readonly T[] {
  let known = new Map<string, boolean>()
  return devices => {
    const names = new Set(devices.map(({ name }) => name))
    const whole = new Set(files.names('sys/block'))
    const seen = new Map<string, boolean>()
    const disks = devices.filter(({ name }) => {
      if (!whole.has(escaped(name))) return !files.hasSysfs && isDiskByName(name, names)
      const link = files.link(pathOf(name))
      const place = `${name} ${link}`
      const isDisk = known.get(place) ?? isDiskInSysfs(files, name, link, names)
      if (link !== undefined) seen.set(place, isDisk)
      return isDisk
    })
    known = seen
    return disks
  }
}

/**
 * /sys/block has no partitions, a stacked device has `slaves`, and the paths of an NVMe device are `hidden`. Devices
 * without hardware lie below /sys/devices/virtual/block: loop, RAM and ZFS volumes also name no slaves. Of these,
 * nbd alone has its disk on another host. A copy of sysfs may have no links, so names and
 * `holders` decide.
 */
function isDiskInSysfs(
  files: HostFiles,
  name: string,
  link: string | undefined,
  names: ReadonlySet<string>,
): boolean {
  const path = pathOf(name)
  if (files.names(`${path}/slaves`).length > 0 || files.text(`${path}/hidden`) === '1') return false
  if (link === undefined) return isDiskByName(name, names) && !isHolder(files, name)
  return !/\bvirtual\/block\//.test(link) || /^nbd\d/.test(name)
}

/** Whether another device says that this one is built on it. */
function isHolder(files: HostFiles, name: string): boolean {
  return files
    .names('sys/block')
    .some(disk => files.names(`sys/block/${disk}/holders`).includes(escaped(name)))
}

function isDiskByName(name: string, names: ReadonlySet<string>): boolean {
  return !isStacked(name) && !isPartition(name, names)
}

function pathOf(name: string): string {
  return `sys/block/${escaped(name)}`
}

/** sysfs has no slashes in names: `cciss!c0d0`. */
function escaped(name: string): string {
  return name.replaceAll('/', '!')
}

/**
 * Whether a device is built on other devices or on memory, by its name: device mapper, RAID, ZFS and the like, and
 * the path of an NVMe device.
 */
function isStacked(name: string): boolean {
  return /^(dm-|md_?d?|loop|ram|zram|zd|drbd|bcache|ublkb|nvme\d+c)\d/.test(name)
}

/** Whether `name` is a partition: `sda1` of `sda`, `nvme0n1p2` of `nvme0n1` (block/genhd.c, disk_name). */
function isPartition(name: string, names: ReadonlySet<string>): boolean {
  const disk = /^(.*\d)p\d+$/.exec(name)?.[1] ?? /^(.*\D)\d+$/.exec(name)?.[1]
  return disk !== undefined && names.has(disk)
}
