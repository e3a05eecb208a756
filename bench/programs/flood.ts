// A beat that publishes as fast as the queue takes events, and logs what that took until the last of them
// was acknowledged. The events are made beforehand, so that the figures are those of the pipeline.
import type { Beat } from '../../lib/beat.ts'
import type { Receipt } from '../../lib/event.ts'
import { accessLog } from './access-log.ts'

interface Settings {
  readonly batch: number
  readonly events: number
  /** How many events come before the memory is looked at for the first time; 0: never. */
  readonly mark: number
}

const flood: Beat<Settings> = {
  name: 'flood',
  schema: {
    batch: { doc: 'Events of a publish.', format: 'nat', default: 100 },
    events: { doc: 'Events in all.', format: 'nat', default: 100_000 },
    mark: { doc: 'Events before memory is measured.', format: 'nat', default: 0 },
  },
  async run({ publish, log, settings: { batch, events, mark } }) {
    const several = accessLog(batch)
    const published = batch === 1 ? (several[0] ?? {}) : several
    let last: Receipt | undefined
    const publishUpTo = async (from: number, to: number): Promise<void> => {
      for (let sent = from; sent < to; sent += batch) last = await publish(published)
      // The baseline has only `acked`, which is the same there. In a durable queue it comes earlier.
      await (last?.confirmed ?? last?.acked)
    }
    const [start, cpu] = [performance.now(), process.cpuUsage()]
    if (mark > 0) await publishUpTo(0, mark)
    const markMB = process.memoryUsage.rss() / 2 ** 20
    await publishUpTo(mark, events)
    const [ms, { user, system }] = [performance.now() - start, process.cpuUsage(cpu)]
    const endMB = process.memoryUsage.rss() / 2 ** 20
    log.info({ measured: { ms, cpuMs: (user + system) / 1000, markMB, endMB } }, 'Flooded')
  },
}

export default flood
