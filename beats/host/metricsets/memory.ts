import type { Event } from 'sealbeat'
import { type Meminfo, parseMeminfo } from '../proc/meminfo.ts'
import type { Check, Figure } from './figures.ts'
import type { Metricset } from './metricset.ts'
import { ratio, rest } from './numbers.ts'

export const memory: Metricset =
  ({ files, check }) =>
  () => [memoryFields(files.read('proc/meminfo', parseMeminfo), check)]

/** In bytes. `actual` counts as free what programs could still get, including the page cache. */
export function memoryFields(meminfo: Meminfo, check: Check): Event {
  const bytes = (name: string): number => meminfo.get(name) ?? 0
  const total = check('system.memory.total', bytes('MemTotal'))
  const free = check('system.memory.free', bytes('MemFree'), total)
  const cached = check('system.memory.cached', bytes('Cached'), total)
  const available = availableOf(meminfo, total, free)
  const swapTotal = check('system.memory.swap.total', bytes('SwapTotal'))
  const swapFree = check('system.memory.swap.free', bytes('SwapFree'), swapTotal)
  return {
    system: {
      memory: {
        total,
        free,
        cached,
        used: used(total, free),
        actual: { free: available, used: used(total, available) },
        swap: { total: swapTotal, free: swapFree, used: used(swapTotal, swapFree) },
      },
    },
  }
}

/**
 * Linux reports this itself since 3.14. For older kernels, this is the customary estimate. What is more than there
 * is, as in a container that sees a mixture of its own memory and the host's, counts as free(1) has it.
 */
function availableOf(meminfo: Meminfo, total: Figure, free: Figure): Figure {
  const estimate = (): number =>
    ['MemFree', 'Buffers', 'Cached'].reduce((sum, name) => sum + (meminfo.get(name) ?? 0), 0)
  const available = meminfo.get('MemAvailable') ?? estimate()
  return total !== undefined && available > total ? free : available
}

function used(total: Figure, free: Figure): object {
  const bytes = rest(total, free)
  return { bytes, pct: ratio(bytes, total) }
}
