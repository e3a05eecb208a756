import type { Event } from 'sealbeat'
import { type DiskStats, parseDiskstats } from '../proc/diskstats.ts'
import type { Metricset } from './metricset.ts'
import { gain } from './numbers.ts'

/** Every device since boot, and all disks together since the last sample. */
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

/** The loop and RAM devices that lie about unused would drown the rest. */
function isInUse({ read, write, busy }: DiskStats): boolean {
  return read.count + write.count + busy > 0
}

function deviceFields({ name, read, write, inFlight, busy }: DiskStats): Event {
  return { system: { diskio: { name, read, write, io: { time: busy, ops: inFlight } } } }
}

/** Bytes read and written since `before`, counted where they reach a disk: once. */
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

/** Device mapper, RAID and the like stand upon other devices (or on memory), as does an NVMe path. */
function isStacked(name: string): boolean {
  return /^(dm-|md|loop|ram|zram|drbd|bcache|nvme\d+c)\d/.test(name)
}

/** `sda1` of `sda`, `nvme0n1p2` of `nvme0n1`: block/genhd.c's disk_name(). */
function isPartition(name: string, names: ReadonlySet<string>): boolean {
  const disk = /^(.*\d)p\d+$/.exec(name)?.[1] ?? /^(.*\D)\d+$/.exec(name)?.[1]
  return disk !== undefined && names.has(disk)
}
