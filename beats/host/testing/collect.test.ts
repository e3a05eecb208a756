import { expect } from 'chai'
import type { Event } from 'sealbeat'
import { collector } from '../collect.ts'
import type { MetricsetName } from '../metricsets/all.ts'
import { heeded, tree } from './tree.ts'

describe('host: the events of a tick', () => {
  const signal = new AbortController().signal

  /** What is collected, and what is said of each metricset, if its processes can't be read for the reason given. */
  const collected = async (names: readonly MetricsetName[], reason?: unknown, aborted = signal) => {
    const host = tree({ 'proc/uptime': '12.5 9\n' })
    const told: (readonly [string, string | undefined])[] = []
    const collect = collector(names, 5000, {
      ...{ files: host.files, ignoredTypes: null, top: { by_cpu: 1, by_memory: 1 }, ...heeded() },
      processes: () => Promise.reject(reason),
      trouble: Object.assign(
        (subject: string, message?: string) => void told.push([subject, message]),
        { forget: () => undefined },
      ),
    })
    const events: readonly Event[] = await collect(aborted)
    host.remove()
    return { events, told }
  }

  it('say what was measured, how often, and how many nanoseconds it took', async () => {
    const { events, told } = await collected(['uptime'])
    const [event] = events
    const { event: about, '@timestamp': time, ...others } = Object(event)
    expect(others).to.deep.equal({
      metricset: { name: 'uptime', period: 5000 },
      system: { uptime: { duration: { ms: 12500 } } },
    })
    expect(about.dataset).to.equal('host.uptime')
    expect(about.duration).to.be.within(1, 60e9)
    expect(time).to.be.an.instanceof(Date)
    expect(told).to.deep.equal([['uptime', undefined]])
  })

  it('lack those of a metricset that fails, with the reason', async () => {
    const { events, told } = await collected(['process_summary', 'uptime'], new Error('no answer'))
    expect(events).to.have.lengthOf(1)
    expect(told).to.deep.equal([
      ['process_summary', 'no answer'],
      ['uptime', undefined],
    ])
    expect((await collected(['process_summary'], 'odd')).told).to.deep.equal([
      ['process_summary', 'odd'],
    ])
  })

  it('are not missed once nobody waits for them', async () => {
    const stopped = AbortSignal.abort()
    const { events, told } = await collected(['process_summary'], new Error('stopped'), stopped)
    expect([events, told]).to.deep.equal([[], []])
  })
})
