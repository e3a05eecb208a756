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
  /** User and system time of the process so far; undefined if it can't be read. */
  readonly cpuMs: number | undefined
  readonly rssBytes: number | undefined
}

/** Counts and amounts by name, nested. */
interface Metrics {
  readonly [name: string]: number | string | undefined | Metrics
}

/** A period that has begun. */
interface Running {
  readonly periodMs: number
  readonly timer: NodeJS.Timeout
}

/** Logs every `logging.metrics.period` what the agent did in it, as Beats does. */
export class MetricsLog {
  readonly #log: Logger
  readonly #status: () => AgentStatus
  #running: Running | undefined
  /** The sample at the end of the last line, while running. It keeps beats that a reload has closed. */
  #last: Sample | undefined

  constructor(log: Logger, status: () => AgentStatus) {
    this.#log = log
    this.#status = status
  }

  /**
   * Starts with these settings. After a reload it first ends the period that has begun, with a line. A beat
   * that is not there any more has been forgotten: if it comes again, it counts from 0.
   */
  start({ enabled, period: periodMs }: MetricsSettings): void {
    const now = this.#sample()
    const last = this.#last
    const known = last?.status.beats.filter(({ id }) => hasBeat(now.status, id)) ?? []
    this.#last = last && withBeats(last, known)
    if (enabled && this.#running?.periodMs === periodMs) return
    if (this.#running) this.#write(now)
    this.stop()
    this.#last = enabled ? (this.#last ?? now) : undefined
    if (!enabled) return
    const timer = setInterval(() => this.#write(this.#sample(), periodMs), periodMs).unref()
    this.#running = { periodMs, timer }
  }

  /** Ends without a line: the log's last one has the counts since the start. */
  stop(): void {
    clearInterval(this.#running?.timer)
    this.#running = undefined
  }

  /** Without a period: the time since the last line. */
  #write(now: Sample, periodMs?: number): void {
    const before = this.#last ?? now
    const closed = before.status.beats.filter(({ id }) => !hasBeat(now.status, id))
    this.#last = withBeats(now, [...now.status.beats, ...closed])
    const metrics = metricsBetween(before, now)
    const words = formatDuration(periodMs ?? now.uptimeMs - before.uptimeMs)
    this.#log.info({ monitoring: { metrics } }, `Non-zero metrics in the last ${words}`)
  }

  #sample(): Sample {
    return {
      status: this.#status(),
      uptimeMs: Math.round(process.uptime() * 1000),
      cpuMs: readable(() => {
        const { user, system } = process.cpuUsage()
        return Math.round((user + system) / 1000)
      }),
      rssBytes: readable(() => process.memoryUsage.rss()),
    }
  }
}

function hasBeat({ beats }: AgentStatus, id: string): boolean {
  return beats.some(beat => beat.id === id)
}

function withBeats(sample: Sample, beats: readonly BeatStatus[]): Sample {
  return { ...sample, status: { ...sample.status, beats } }
}

/** A policy may deny getrusage, and /proc may not be mounted: neither is a reason to end. */
function readable(read: () => number): number | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/**
 * The metrics of one line: of counters the increase, of everything else the value at the end, and
 * nothing that is 0. For events therefore: summed up over all lines,
 * `published = unencodable + filtered + rejected + acked + damaged`, plus `queued + sending` of the last
 * line, less its `restored`.
 */
export function metricsBetween(before: Sample, now: Sample): Metrics {
  const { sandbox, beats, queue, output, events } = now.status
  return nonZero({
    beat: {
      uptime_ms: now.uptimeMs,
      cpu_ms: difference(now.cpuMs, before.cpuMs),
      rss_bytes: now.rssBytes,
    },
    beats: Object.fromEntries(beats.map(beat => [beat.id, beatMetrics(before.status, beat)])),
    events: { ...increase(before.status.events, events, COUNTERS), ...gauges(events) },
    output: { name: output.name, writing_for_ms: Math.round(output.writingForMs) },
    queue: { ...queueMetrics(queue), filled_events: events.queued + events.sending },
    sandbox: { denied: total(sandbox.denials) - total(before.status.sandbox.denials) },
  })
}

const COUNTERS = [
  'published',
  'unencodable',
  'filtered',
  'rejected',
  'dead_lettered',
  'dead_letter_lost',
  'acked',
  'damaged',
  'stored_again',
  'retried',
  'failed_writes',
  'lost_pauses',
  'throttled_pauses',
  'refused_publishes',
] as const satisfies readonly (keyof PipelineStats)[]

/** What was there at the start does not change, and belongs to the sum of all lines. */
function gauges({ restored, queued, sending, waiting }: PipelineStats): Metrics {
  return { restored, queued, sending, waiting }
}

function queueMetrics(queue: AgentStatus['queue']): Metrics {
  if ('capacity' in queue) return { max_events: queue.capacity }
  return { max_bytes: queue.maxBytes, filled_bytes: queue.storedBytes }
}

function beatMetrics(before: AgentStatus, beat: BeatStatus): Metrics {
  const earlier = before.beats.find(({ id }) => id === beat.id)
  const none = { published: 0, unencodable: 0, blocked_ms: 0, failed: {} }
  const { state, starts, failures, pending, waiting, failed } = beat
  const since = earlier ?? none
  return {
    state,
    starts,
    failures,
    pending,
    waiting,
    ...increase(since, beat, ['published', 'unencodable', 'blocked_ms']),
    failed: increase(since.failed, failed, Object.keys(failed)),
  }
}

function increase<K extends string>(
  before: Readonly<Partial<Record<K, number>>>,
  now: Readonly<Partial<Record<K, number>>>,
  keys: readonly K[],
): Metrics {
  return Object.fromEntries(keys.map(key => [key, (now[key] ?? 0) - (before[key] ?? 0)]))
}

function difference(now: number | undefined, before: number | undefined): number | undefined {
  return now === undefined || before === undefined ? undefined : now - before
}

function total(denials: Readonly<Record<string, number>> = {}): number {
  return Object.values(denials).reduce((sum, count) => sum + count, 0)
}

function nonZero(metrics: Metrics): Metrics {
  const entries = Object.entries(metrics)
    .map(([key, value]) => [key, typeof value === 'object' ? nonZero(value) : value] as const)
    .filter(([, value]) =>
      typeof value === 'object'
        ? Object.keys(value).length > 0
        : value !== 0 && value !== undefined,
    )
  return Object.fromEntries(entries)
}
