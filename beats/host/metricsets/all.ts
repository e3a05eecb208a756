import { cpu } from './cpu.ts'
import { diskio } from './diskio.ts'
import { filesystem } from './filesystem.ts'
import { load } from './load.ts'
import { memory } from './memory.ts'
import type { Metricset } from './metricset.ts'
import { network } from './network.ts'
import { process } from './process.ts'
import { processSummary } from './process_summary.ts'
import { socketSummary } from './socket_summary.ts'
import { uptime } from './uptime.ts'

/** What is measured if nobody says otherwise. */
export const DEFAULT_METRICSETS = [
  'cpu',
  'load',
  'memory',
  'filesystem',
  'diskio',
  'network',
  'uptime',
  'process_summary',
] as const

export const METRICSETS = [...DEFAULT_METRICSETS, 'process', 'socket_summary'] as const
export type MetricsetName = (typeof METRICSETS)[number]

/** Swap is part of `memory`, as in Metricbeat. */
export const metricsets: Readonly<Record<MetricsetName, Metricset>> = {
  cpu,
  load,
  memory,
  filesystem,
  diskio,
  network,
  uptime,
  process_summary: processSummary,
  process,
  socket_summary: socketSummary,
}
