import type { Event } from 'sealbeat'
import { type MetricsetName, metricsets } from './metricsets/all.ts'
import type { Collect, Host } from './metricsets/metricset.ts'

/**
 * All events of one tick, stamped with its moment. A metricset that fails is reported and left out;
 * the others go on.
 */
export function collector(
  names: readonly MetricsetName[],
  period: number,
  host: Host,
): (signal: AbortSignal) => Promise<readonly Event[]> {
  const started = names.map(name => ({ name, collect: metricsets[name](host) }))
  return async signal => {
    const now = new Date()
    const events: Event[] = []
    for (const { name, collect } of started) {
      const { fields, duration } = await sample(name, collect, host, signal)
      const about = { dataset: `host.${name}`, duration }
      const metricset = { name, period }
      events.push(...fields.map(each => ({ '@timestamp': now, event: about, metricset, ...each })))
    }
    return events
  }
}

/** `duration` in nanoseconds, as ECS has it. */
async function sample(
  name: MetricsetName,
  collect: Collect,
  { trouble }: Host,
  signal: AbortSignal,
): Promise<{ readonly fields: readonly Event[]; readonly duration: number }> {
  const start = process.hrtime.bigint()
  try {
    const fields = await collect(signal)
    trouble(name, undefined)
    return { fields, duration: Number(process.hrtime.bigint() - start) }
  } catch (error) {
    if (!signal.aborted) trouble(name, error instanceof Error ? error.message : String(error))
    return { fields: [], duration: 0 }
  }
}
