import type { Logger } from 'pino'
import type { MetricsSettings } from '../config/config.ts'
import { formatDuration } from '../config/schema/duration.ts'
import type { PipelineStats } from '../pipeline/stats.ts'
import type { BeatStatus } from './beats/beat-runner.ts'
import type { AgentStatus } from './status.ts'

/** A status together with the use of the process, both of one moment. */
export interface Sample {
  readonly status: AgentStatus
  readonly uptimeMs: number
  /** User and system time of the process so far. */
  readonly cpuMs: number
  readonly rssBytes: number
}

/** Counts and amounts by name, nested. */
interface Metrics {
  readonly [name: string]: number | string | Metrics
}

/** Logs every `logging.metrics.period` what the agent did in it, as Beats does. */
export class MetricsLog {
  readonly #log: Logger
  readonly #status: () => AgentStatus
  #last: Sample
  #timer: NodeJS.Timeout | undefined
  #periodMs = 0

  constructor(log: Logger, status: () => AgentStatus) {
    this.#log = log
    this.#status = status
    this.#last = sampleOf(status())
  }

  /** Starts with these settings, or goes on with them after a reload. */
  start({ enabled, period }: MetricsSettings): void {
    const periodMs = enabled ? period : 0
    if (periodMs === this.#periodMs) return
    this.stop()
    this.#periodMs = periodMs
    if (periodMs === 0) return
    this.#last = sampleOf(this.#status())
    this.#timer = setInterval(() => this.#write(periodMs), periodMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#periodMs = 0
  }

  #write(periodMs: number): void {
    const now = sampleOf(this.#status())
    const metrics = metricsBetween(this.#last, now)
    this.#last = now
    this.#log.info(
      { monitoring: { metrics } },
      `Non-zero metrics in the last ${formatDuration(periodMs)}`,
    )
  }
}

function sampleOf(status: AgentStatus): Sample {
  const { user, system } = process.cpuUsage()
  const cpuMs = Math.round((user + system) / 1000)
  return {
    status,
    cpuMs,
    uptimeMs: Math.round(process.uptime() * 1000),
    rssBytes: process.memoryUsage.rss(),
  }
}

/**
 * The metrics of one line: of counters the increase, of everything else the value at the end, and
 * nothing that is 0. For events therefore: summed up over all lines,
 * `published = unencodable + rejected + acked`, plus `queued + sending` of the last line.
 */
export function metricsBetween(before: Sample, now: Sample): Metrics {
  const { sandbox, beats, output, events } = now.status
  return nonZero({
    beat: {
      uptime_ms: now.uptimeMs,
      cpu_ms: now.cpuMs - before.cpuMs,
      rss_bytes: now.rssBytes,
    },
    beats: Object.fromEntries(beats.map(beat => [beat.id, beatMetrics(before.status, beat)])),
    events: { ...increase(before.status.events, events, COUNTERS), ...gauges(events) },
    output: { writing_for_ms: Math.round(output.writingForMs) },
    sandbox: { denied: total(sandbox.denials) - total(before.status.sandbox.denials) },
  })
}

const COUNTERS = [
  'published',
  'unencodable',
  'rejected',
  'acked',
  'retried',
  'failed_writes',
] as const satisfies readonly (keyof PipelineStats)[]

function gauges({ queued, sending, waiting }: PipelineStats): Metrics {
  return { queued, sending, waiting }
}

function beatMetrics(before: AgentStatus, beat: BeatStatus): Metrics {
  const earlier = before.beats.find(({ id }) => id === beat.id)
  const none = { published: 0, unencodable: 0 }
  const { state, starts, failures, pending } = beat
  return {
    state,
    starts,
    failures,
    pending,
    ...increase(earlier ?? none, beat, ['published', 'unencodable']),
  }
}

function increase<K extends string>(
  before: Readonly<Record<K, number>>,
  now: Readonly<Record<K, number>>,
  keys: readonly K[],
): Metrics {
  return Object.fromEntries(keys.map(key => [key, now[key] - before[key]]))
}

function total(denials: Readonly<Record<string, number>> = {}): number {
  return Object.values(denials).reduce((sum, count) => sum + count, 0)
}

function nonZero(metrics: Metrics): Metrics {
  const entries = Object.entries(metrics)
    .map(([key, value]) => [key, typeof value === 'object' ? nonZero(value) : value] as const)
    .filter(([, value]) =>
      typeof value === 'object' ? Object.keys(value).length > 0 : value !== 0,
    )
  return Object.fromEntries(entries)
}
