import type { Event } from 'sealbeat'
import { type InterfaceStats, parseNetDev } from '../proc/net-dev.ts'
import { type Devices, formerly, identified } from '../sys/devices.ts'
import type { Metricset } from './metricset.ts'
import { gain } from './numbers.ts'

/** Reports every interface since it appeared, and all of them together since the last sample. */
export const network: Metricset = ({ files }) => {
  let before: Devices<InterfaceStats> | undefined
  return () => {
    const all = files.read(`${files.process}/net/dev`, parseNetDev)
    const now = identified(all, files, 'sys/class/net', 'ifindex')
    const events = all.map((stats): Event => ({ system: { network: stats } }))
    const totals = before === undefined ? [] : [networkTotals(before, now)]
    before = now
    return [...events, ...totals]
  }
}

/**
 * Sums the traffic of all interfaces since `before`, as ECS defines it: including the loopback. An interface that
 * has appeared since counts from now on, as its counters may have begun anywhere.
 */
function networkTotals(before: Devices<InterfaceStats>, now: Devices<InterfaceStats>): Event {
  const last = formerly(before, now)
  const sum = (way: 'in' | 'out', what: 'bytes' | 'packets'): number =>
    now.all.reduce((sum, stats) => sum + gain(last(stats)?.[way][what], stats[way][what]), 0)
  return {
    host: {
      network: {
        ingress: { bytes: sum('in', 'bytes'), packets: sum('in', 'packets') },
        egress: { bytes: sum('out', 'bytes'), packets: sum('out', 'packets') },
      },
    },
  }
}
