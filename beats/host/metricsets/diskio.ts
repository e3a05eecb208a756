import type { Event } from 'sealbeat'
import { type DiskStats, parseDiskstats } from '../proc/diskstats.ts'
import type { Metricset } from './metricset.ts'
import { gain } from './numbers.ts'

/** Reports every device since boot, and all disks together since the last sample. */
export const diskio: Metricset = ({ files }) => {
  let before: readonly DiskStats[] | undefined
  return () => {
    const now = files.read('proc/diskstats', parseDiskstats)
    const events = now.filter(isInUse).map(deviceFields)
    const totals = before === undefined ? [] : [diskTotals(before, now)]
    before = now
    return [...events, ...totals]
  }
}

/** Leaves out devices that have never been used: idle loop and RAM devices would drown the rest. */
function isInUse({ read, write, busyMs }: DiskStats): boolean {
  return read.count + write.count + busyMs > 0
}

function deviceFields({ name, read, write, inFlight, busyMs }: DiskStats): Event {
  return { system: { diskio: { name, read, write, io: { time: busyMs, ops: inFlight } } } }
}

/** Sums the bytes read and written since `before`, each counted once, where it reaches a disk. */
export function diskTotals(before: readonly DiskStats[], now: readonly DiskStats[]): Event {
  const last = new Map(before.map(disk => [disk.name, disk]))
  const names = new Set(now.map(({ name }) => name))
  const disks = now.filter(({ name }) => !isStacked(name) && !isPartition(name, names))
  const sum = (way: 'read' | 'write'): object => ({
    bytes: disks.reduce(
      (all, disk) => all + gain(last.get(disk.name)?.[way].bytes, disk[way].bytes),
      0,
    ),
  })
  return { host: { disk: { read: sum('read'), write: sum('write') } } }
}

/**
 * Whether a device is built on other devices or on memory: device mapper, RAID and the like, and the path of
 * an NVMe device.
 */
function isStacked(name: string): boolean {
  return /^(dm-|md|loop|ram|zram|drbd|bcache|nvme\d+c)\d/.test(name)
}

/** Whether `name` is a partition: `sda1` of `sda`, `nvme0n1p2` of `nvme0n1` (block/genhd.c, disk_name). */
function isPartition(name: string, names: ReadonlySet<string>): boolean {
  const disk = /^(.*\d)p\d+$/.exec(name)?.[1] ?? /^(.*\D)\d+$/.exec(name)?.[1]
  return disk !== undefined && names.has(disk)
}
