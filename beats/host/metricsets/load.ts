import { parseLoadavg } from '../proc/loadavg.ts'
import { parseStat } from '../proc/stat.ts'
import type { Metricset } from './metricset.ts'
import { ratio } from './numbers.ts'

export const load: Metricset =
  ({ files }) =>
  () => {
    const [one, five, fifteen] = files.read('proc/loadavg', parseLoadavg)
    const { cores } = files.read('proc/stat', parseStat)
    const norm = { 1: ratio(one, cores), 5: ratio(five, cores), 15: ratio(fifteen, cores) }
    return [{ system: { load: { cores, 1: one, 5: five, 15: fifteen, norm } } }]
  }
