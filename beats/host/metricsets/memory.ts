import type { Event } from 'sealbeat'
import { type Meminfo, parseMeminfo } from '../proc/meminfo.ts'
import type { Metricset } from './metricset.ts'
import { ratio } from './numbers.ts'

export const memory: Metricset =
  ({ files }) =>
  () => [memoryFields(files.read('proc/meminfo', parseMeminfo))]

/** In bytes. `actual` counts as free what programs could still get, including the page cache. */
export function memoryFields(meminfo: Meminfo): Event {
  const bytes = (name: string): number => meminfo.get(name) ?? 0
  const total = bytes('MemTotal')
  const free = bytes('MemFree')
  const cached = bytes('Cached')
  // Linux reports this itself since 3.14. For older kernels, this is the customary estimate.
  const available = meminfo.get('MemAvailable') ?? free + bytes('Buffers') + cached
  const swap = { total: bytes('SwapTotal'), free: bytes('SwapFree') }
  return {
    system: {
      memory: {
        total,
        free,
        cached,
        used: used(total, free),
        actual: { free: available, used: used(total, available) },
        swap: { ...swap, used: used(swap.total, swap.free) },
      },
    },
  }
}

function used(total: number, free: number): object {
  return { bytes: total - free, pct: ratio(total - free, total) }
}
