import type { Event } from 'sealbeat'
import { CPU_STATES, type CpuTimes, parseStat, type Stat } from '../proc/stat.ts'
import type { Check } from './figures.ts'
import type { Metricset } from './metricset.ts'
import { ratio } from './numbers.ts'

/** Reports how the CPUs spent their time since the last sample. The first sample has no event. */
export const cpu: Metricset = ({ files, check }) => {
  let before: CpuTimes | undefined
  return () => {
    const { times, cores } = files.read('proc/stat', parseStat)
    const now = { times: possibleTimes(times, check), cores }
    const events = before === undefined ? [] : cpuUsage(before, now)
    before = now.times
    return events
  }
}

/** Time that can't have been spent would distort the shares of all states, so that state is left out. */
function possibleTimes(times: CpuTimes, check: Check): CpuTimes {
  return Object.fromEntries(
    CPU_STATES.flatMap(state => {
      const ticks = check(`the time of the CPUs in ${state}`, times[state])
      return ticks === undefined ? [] : [[state, ticks]]
    }),
  )
}

/** Returns no event if no clock tick has passed between the samples, or if the counters were reset. */
export function cpuUsage(before: CpuTimes, { times, cores }: Stat): readonly Event[] {
  const spent = CPU_STATES.flatMap(state => {
    const now = times[state]
    // `idle` and `iowait` may go backwards, above all when a CPU goes offline (proc_stat(5)).
    return now === undefined ? [] : [{ state, ticks: Math.max(0, now - (before[state] ?? now)) }]
  })
  const all = spent.reduce((sum, { ticks }) => sum + ticks, 0)
  if (all === 0) return []
  const waiting = spent.reduce((sum, { state, ticks }) => sum + (isWaiting(state) ? ticks : 0), 0)
  const share = (ticks: number): object => ({
    pct: ratio(ticks * cores, all),
    norm: { pct: ratio(ticks, all) },
  })
  const states = Object.fromEntries(spent.map(({ state, ticks }) => [state, share(ticks)]))
  return [
    {
      host: { cpu: { usage: ratio(all - waiting, all) } },
      system: { cpu: { cores, total: share(all - waiting), ...states } },
    },
  ]
}

function isWaiting(state: string): boolean {
  return state === 'idle' || state === 'iowait'
}
