import type { Event } from 'sealbeat'
import { type DiskStats, parseDiskstats } from '../proc/diskstats.ts'
import { type Devices, formerly, identified } from '../sys/devices.ts'
import { diskFinder } from '../sys/disks.ts'
import type { Metricset } from './metricset.ts'
import { gain } from './numbers.ts'

/** Reports every device since boot, and all disks together since the last sample. */
export const diskio: Metricset = ({ files }) => {
  const disksOf = diskFinder<DiskStats>(files)
  let before: Devices<DiskStats> | undefined
  return () => {
    const all = files.read('proc/diskstats', parseDiskstats)
    const now = identified(disksOf(all), files, 'sys/block', 'diskseq')
    const totals = before === undefined ? [] : [diskTotals(before, now)]
    before = now
    return [...all.filter(isInUse).map(deviceFields), ...totals]
  }
}

/** Leaves out devices that have never been used: idle loop and RAM devices would drown the rest. */
function isInUse({ read, write, busyMs }: DiskStats): boolean {
  return read.count + write.count + busyMs > 0
}

function deviceFields({ name, read, write, inFlight, busyMs }: DiskStats): Event {
  return { system: { diskio: { name, read, write, io: { time: busyMs, ops: inFlight } } } }
}

/** Sums the bytes read and written since `before`. A disk that has appeared since counts from now on. */
function diskTotals(before: Devices<DiskStats>, now: Devices<DiskStats>): Event {
  const last = formerly(before, now)
  const sum = (way: 'read' | 'write'): object => ({
    bytes: now.all.reduce((sum, disk) => sum + gain(last(disk)?.[way].bytes, disk[way].bytes), 0),
  })
  return { host: { disk: { read: sum('read'), write: sum('write') } } }
}
