import type { Event } from 'sealbeat'
import { type InterfaceStats, parseNetDev } from '../proc/net-dev.ts'
import type { Metricset } from './metricset.ts'
import { gain } from './numbers.ts'

/** Reports every interface since it appeared, and all of them together since the last sample. */
export const network: Metricset = ({ files }) => {
  let before: readonly InterfaceStats[] | undefined
  return () => {
    const now = files.read(`${files.process}/net/dev`, parseNetDev)
    const events = now.map((stats): Event => ({ system: { network: stats } }))
    const totals = before === undefined ? [] : [networkTotals(before, now)]
    before = now
    return [...events, ...totals]
  }
}

/** Sums the traffic of all interfaces since `before`, as ECS defines it: including the loopback. */
export function networkTotals(
  before: readonly InterfaceStats[],
  now: readonly InterfaceStats[],
): Event {
  const last = new Map(before.map(stats => [stats.name, stats]))
  const sum = (way: 'in' | 'out', what: 'bytes' | 'packets'): number =>
    now.reduce((all, stats) => all + gain(last.get(stats.name)?.[way][what], stats[way][what]), 0)
  return {
    host: {
      network: {
        ingress: { bytes: sum('in', 'bytes'), packets: sum('in', 'packets') },
        egress: { bytes: sum('out', 'bytes'), packets: sum('out', 'packets') },
      },
    },
  }
}
