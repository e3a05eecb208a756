import type { Event } from 'sealbeat'
import { type MetricsetName, metricsets } from './metricsets/all.ts'
import { checkedEvent } from './metricsets/figures.ts'
import type { Collect, Host } from './metricsets/metricset.ts'

/**
 * Returns a function that collects all events of one tick and stamps them with the same time. A metricset
 * that fails is reported and left out; the others go on.
 */
export function collector(
  names: readonly MetricsetName[],
  periodMs: number,
  host: Host,
): (signal: AbortSignal) => Promise<readonly Event[]> {
  const started = names.map(name => ({ name, collect: metricsets[name](host) }))
  return async signal => {
    const now = new Date()
    const events: Event[] = []
    for (const { name, collect } of started) {
      const { fields, durationNs } = await sample(name, () => collect(signal, now), host, signal)
      const event = { dataset: `host.${name}`, duration: durationNs }
      const metricset = { name, period: periodMs }
      const checked = fields.map(each => checkedEvent(each, host.check))
      events.push(...checked.map(each => ({ '@timestamp': now, event, metricset, ...each })))
    }
    return events
  }
}

/** Takes one sample, and measures how long that takes in nanoseconds, the unit of ECS. */
async function sample(
  name: MetricsetName,
  collect: () => ReturnType<Collect>,
  { trouble }: Host,
  signal: AbortSignal,
): Promise<{ readonly fields: readonly Event[]; readonly durationNs: number }> {
  const start = process.hrtime.bigint()
  try {
    const fields = await collect()
    trouble(name, undefined)
    return { fields, durationNs: Number(process.hrtime.bigint() - start) }
  } catch (error) {
    if (!signal.aborted) trouble(name, error instanceof Error ? error.message : String(error))
    return { fields: [], durationNs: 0 }
  }
}
