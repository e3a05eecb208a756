import type { LogLine } from '../cli/workplace.ts'

/** Counts of events by name; what is missing is 0. */
export type EventCounts = Readonly<Record<string, number>>

/** The counters of events that have their fate. */
const FATES = ['unencodable', 'filtered', 'rejected', 'acked', 'damaged'] as const

/** Of a moment, not of a period. */
const GAUGES = ['restored', 'queued', 'sending'] as const

/** The events of each metrics line, in order. */
export function metricsIn(log: readonly LogLine[]): readonly EventCounts[] {
  const lines = log.filter(({ message }) => message.startsWith('Non-zero metrics in the last'))
  return lines.map(line => Object(line['monitoring']).metrics.events ?? {})
}

/** The counts after each line: counters added up from the first, and the line's own gauges. */
export function sumsOf(lines: readonly EventCounts[]): readonly EventCounts[] {
  const sums: Record<string, number> = {}
  return lines.map(line => {
    for (const key of ['published', ...FATES]) sums[key] = (sums[key] ?? 0) + (line[key] ?? 0)
    const [restored = 0, queued = 0, sending = 0] = GAUGES.map(key => line[key])
    return { ...sums, restored, queued, sending }
  })
}

/** How many published events are nowhere; 0 if the counts are right. */
export function unaccounted(counts: EventCounts): number {
  const there = [...FATES, 'queued', 'sending'].reduce((sum, key) => sum + (counts[key] ?? 0), 0)
  return (counts['published'] ?? 0) + (counts['restored'] ?? 0) - there
}
