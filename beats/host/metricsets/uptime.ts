import { parseUptime } from '../proc/uptime.ts'
import type { Metricset } from './metricset.ts'

export const uptime: Metricset =
  ({ files }) =>
  () => [{ system: { uptime: { duration: { ms: files.read('proc/uptime', parseUptime) } } } }]
