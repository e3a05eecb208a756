import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { MetricsLog, metricsBetween, type Sample } from '../../lib/agent/metrics-log.ts'
import type { AgentStatus } from '../../lib/agent/status.ts'
import { listeningLog } from './lines.ts'
import { statusWith } from './status-fixtures.ts'

/** The counters of events that are settled. */
const FATES = ['acked', 'rejected', 'filtered', 'unencodable', 'damaged'] as const

function sample(status: AgentStatus, more: Partial<Sample> = {}): Sample {
  return { status, uptimeMs: 1000, cpuMs: 10, rssBytes: 4096, ...more }
}

describe('the metrics of a period', () => {
  it('are the increase of counters and the last value of everything else, without zeros', () => {
    const before = sample(
      statusWith({
        beats: [
          {
            ...{ id: 'host', published: 10, pending: 2, blocked_ms: 100 },
            failed: { mask: 1, none: 2 },
          },
        ],
        events: { published: 10, acked: 8, queued: 2 },
        sandbox: { state: 'installed', denials: { execve: 1 } },
      }),
    )
    const now = sample(
      statusWith({
        beats: [
          {
            ...{ id: 'host', published: 15, pending: 1, failures: 1, starts: 2 },
            ...{ blocked_ms: 350, waiting: 1 },
            failed: { mask: 4, none: 2, new: 1 },
          },
        ],
        events: { published: 15, acked: 13, rejected: 1, sending: 1 },
        sandbox: { state: 'installed', denials: { execve: 1, fork: 4 } },
        writingForMs: 12.4,
      }),
      { uptimeMs: 31_000, cpuMs: 25 },
    )
    expect(metricsBetween(before, now)).to.deep.equal({
      beat: { uptime_ms: 31_000, cpu_ms: 15, rss_bytes: 4096 },
      beats: {
        host: {
          ...{ state: 'running', starts: 2, failures: 1, pending: 1, published: 5 },
          ...{ blocked_ms: 250, waiting: 1 },
          failed: { mask: 3, new: 1 },
        },
      },
      events: { published: 5, acked: 5, rejected: 1, sending: 1 },
      output: { name: 'console', writing_for_ms: 12 },
      queue: { max_events: 100, filled_events: 1 },
      sandbox: { denied: 4 },
    })
  })

  it('leave out what can not be read of the process', () => {
    const [before, now] = [sample(statusWith({})), sample(statusWith({}), { cpuMs: undefined })]
    const { beat } = metricsBetween(before, { ...now, rssBytes: undefined })
    expect(beat).to.deep.equal({ uptime_ms: 1000 })
    const unread = sample(statusWith({}), { cpuMs: undefined })
    expect(metricsBetween(unread, sample(statusWith({})))).to.deep.include({
      beat: { uptime_ms: 1000, rss_bytes: 4096 },
    })
  })

  it('leave out what has only zeros', () => {
    const zero = sample(statusWith({}), { uptimeMs: 0, cpuMs: 0, rssBytes: 0 })
    expect(metricsBetween(zero, zero)).to.deep.equal({
      output: { name: 'console' },
      queue: { max_events: 100 },
    })
  })

  it('of a beat are the increase of its own counts', () => {
    const [one, two] = [
      { id: 'one', published: 1 },
      { id: 'two', published: 5 },
    ]
    const before = sample(statusWith({ beats: [one, two] }))
    const now = sample(statusWith({ beats: [one, { ...two, published: 7 }] }))
    expect(metricsBetween(before, now)).to.deep.include({
      beats: {
        one: { state: 'running', starts: 1 },
        two: { state: 'running', starts: 1, published: 2 },
      },
    })
  })

  it('of a beat that has come since have its whole counts', () => {
    const now = sample(statusWith({ beats: [{ id: 'new', published: 3 }] }))
    expect(metricsBetween(sample(statusWith({})), now)).to.deep.include({
      beats: { new: { state: 'running', starts: 1, published: 3 } },
    })
  })

  it('add up: every event is delivered, dropped, or still there', () => {
    const step = fc.record({
      acked: fc.nat(9),
      rejected: fc.nat(9),
      filtered: fc.nat(9),
      unencodable: fc.nat(9),
      queued: fc.nat(9),
      sending: fc.nat(9),
      damaged: fc.nat(9),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), fc.nat(9), (steps, restored) => {
        const total = { acked: 0, rejected: 0, filtered: 0, unencodable: 0, damaged: 0 }
        const samples = steps.map(({ queued, sending, ...more }) => {
          for (const key of FATES) total[key] += more[key]
          const settled = FATES.reduce((all, key) => all + total[key], 0)
          const published = settled + queued + sending - restored
          const events = { ...total, queued, sending, published, restored }
          return sample(statusWith({ events }))
        })
        const lines = samples.map((now, at) => {
          const before = samples[at - 1] ?? sample(statusWith({}))
          return Object(metricsBetween(before, now).events ?? {})
        })
        const sum = (key: string) => lines.reduce((all, line) => all + (line[key] ?? 0), 0)
        const { queued = 0, sending = 0, restored: before = 0 } = lines.at(-1)
        const settled = FATES.reduce((all, key) => all + sum(key), 0)
        expect(sum('published') + before).to.equal(settled + queued + sending)
      }),
    )
  })
})

describe('the metrics in the log', () => {
  const message = 'Non-zero metrics in the last 20ms'

  it('come once in every period, and no more after the stop', async () => {
    const { log, lines } = listeningLog()
    const metrics = new MetricsLog(log, () => statusWith({ events: { queued: 1 } }))
    metrics.start({ enabled: true, period: 20 })
    await pause(110)
    const { length } = lines
    expect(length).to.be.within(2, 6)
    metrics.stop()
    expect(lines[0]).to.include({ level: 'info', msg: message })
    expect(lines[0]).to.have.nested.property('monitoring.metrics.events.queued', 1)
    await pause(60)
    expect(lines.length).to.equal(length)
  })

  it('have everything in their sum, whatever period a reload sets', () => {
    const { log, lines } = listeningLog()
    let published = 0
    const metrics = new MetricsLog(log, () =>
      statusWith({ events: { published, acked: published } }),
    )
    metrics.start({ enabled: true, period: 60_000 })
    published = 7
    metrics.start({ enabled: true, period: 30_000 })
    published = 12
    metrics.start({ enabled: true, period: 30_000 })
    metrics.start({ enabled: false, period: 30_000 })
    published = 20
    metrics.start({ enabled: true, period: 30_000 })
    published = 21
    metrics.start({ enabled: true, period: 10_000 })
    metrics.stop()
    const increases = lines.map(line => Object(line['monitoring']).metrics.events.published)
    expect(increases).to.deep.equal([7, 5, 1])
  })

  it('go on from the last line where a reload changes the period', () => {
    const { log, lines } = listeningLog()
    const counts = [3, 10, 99]
    const metrics = new MetricsLog(log, () => {
      const published = counts.shift() ?? 0
      return statusWith({ events: { published, acked: published } })
    })
    metrics.start({ enabled: true, period: 60_000 })
    metrics.start({ enabled: true, period: 30_000 })
    metrics.stop()
    expect(Object(lines[0]?.['monitoring']).metrics.events).to.deep.equal({
      published: 7,
      acked: 7,
    })
    expect(counts).to.deep.equal([99])
  })

  it('count the events of each beat once, whatever reloads do between the lines', async () => {
    const beat = (published: number) => ({ id: 'one', published })
    const { log, lines } = listeningLog()
    let beats = [beat(3)]
    const metrics = new MetricsLog(log, () => statusWith({ beats }))
    const settings = { enabled: true, period: 20 }
    const written = async () => {
      const { length } = lines
      while (lines.length === length) await pause(1)
    }
    metrics.start(settings)
    beats = [beat(5)]
    await written()
    // A reload has closed the beat, and is still about to open it again.
    beats = []
    await written()
    beats = [beat(6)]
    metrics.start(settings)
    await written()
    // Removed and added again before the next line: it counts from 0, below and above what it had.
    for (const again of [2, 9]) {
      beats = []
      metrics.start(settings)
      beats = [beat(again)]
      metrics.start(settings)
      await written()
    }
    metrics.stop()
    const ofBeats = lines.map(line => Object(line['monitoring']).metrics.beats?.one?.published)
    expect(ofBeats.filter(count => count !== undefined)).to.deep.equal([2, 1, 2, 9])
  })

  /** The lines of a log that starts and ends with these measures and uptimes (in seconds) of the process. */
  function linesWith(measures: object, uptimes: readonly number[]) {
    const { log, lines } = listeningLog()
    const { cpuUsage, memoryUsage, uptime } = process
    const waiting = [...uptimes]
    try {
      Object.assign(process, { ...measures, uptime: () => waiting.shift() })
      const metrics = new MetricsLog(log, () => statusWith({}))
      metrics.start({ enabled: true, period: 60_000 })
      metrics.start({ enabled: false, period: 60_000 })
    } finally {
      Object.assign(process, { cpuUsage, memoryUsage, uptime })
    }
    return lines
  }

  it('measure the process, and a period that ends early by its real length', () => {
    let usage = { user: 1_000_400, system: 2_000_000 }
    const measures = {
      cpuUsage: () => {
        const now = usage
        usage = { user: 4_000_000, system: 3_500_000 }
        return now
      },
      memoryUsage: { rss: () => 12_345 },
    }
    const [line, ...others] = linesWith(measures, [10.0004, 15.0006])
    expect(others).to.deep.equal([])
    expect(line).to.include({ msg: 'Non-zero metrics in the last 5s1ms' })
    expect(Object(line?.['monitoring']).metrics.beat).to.deep.equal({
      uptime_ms: 15_001,
      cpu_ms: 4_500,
      rss_bytes: 12_345,
    })
  })

  it('are logged though the process can not be measured', () => {
    const refuse = () => {
      throw new Error('EPERM')
    }
    const memoryUsage = Object.assign(() => refuse(), { rss: refuse })
    const lines = linesWith({ cpuUsage: refuse, memoryUsage }, [1, 2])
    expect(lines.map(line => Object(line['monitoring']).metrics.beat)).to.deep.equal([
      { uptime_ms: 2000 },
    ])
  })

  it('do not come where they are off, and come again once a reload turns them on', async () => {
    const { log, lines } = listeningLog()
    const metrics = new MetricsLog(log, () => statusWith({}))
    metrics.start({ enabled: false, period: 20 })
    await pause(60)
    expect(lines).to.deep.equal([])
    metrics.start({ enabled: true, period: 20 })
    await pause(60)
    metrics.stop()
    expect(lines.length).to.be.above(0)
  })
})
