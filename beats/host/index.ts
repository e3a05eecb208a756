import { resolve } from 'node:path'
import { defineBeat } from 'sealbeat'
import { collector } from './collect.ts'
import { fields } from './fields.ts'
import { hostFiles } from './host-files.ts'
import { checker } from './metricsets/figures.ts'
import { processReader } from './processes/read.ts'
import { ticks } from './schedule.ts'
import { type Settings, schema } from './settings.ts'
import { troubles } from './troubles.ts'

/** Measures the host that it runs on: CPUs, load, memory, filesystems, disks, network and processes. */
export default defineBeat<Settings>({
  name: 'host',
  schema,
  fields,
  privileges: ({ metricsets, hostfs = '/' }) => [
    { proc: 'system', why: 'reads measurements of the host from /proc' },
    ...(metricsets.includes('process_summary')
      ? [{ proc: 'processes', why: 'counts all processes (process_summary)' } as const]
      : []),
    ...(metricsets.includes('process')
      ? [{ proc: 'processes', why: 'reports processes one by one (process)' } as const]
      : []),
    ...(metricsets.includes('filesystem')
      ? [
          {
            sees: 'mounts',
            why: 'measures what is mounted, in homes as well (filesystem)',
          } as const,
        ]
      : []),
    ...(resolve(hostfs) === '/'
      ? []
      : ['proc', 'sys'].map(folder => {
          return { reads: resolve(hostfs, folder), why: 'measures the host of the container' }
        })),
  ],
  async run({ settings, log, signal, publish }) {
    const { period, metricsets, hostfs, filesystem } = settings
    const files = hostFiles(hostfs)
    const processes = processReader(files)
    const host = {
      files,
      processes: processes.read,
      ignoredTypes: filesystem.ignore_types,
      top: settings.process.include_top_n,
      check: checker(message => log.warn(message)),
      trouble: troubles(log),
    }
    const collect = collector(metricsets, period, host)
    try {
      for await (const skipped of ticks(period, signal)) {
        if (skipped > 0) {
          log.warn(
            { skipped },
            `Measuring took longer than the period of ${period} ms: ticks skipped; set a longer period`,
          )
        }
        const events = await collect(signal)
        if (events.length > 0 && !signal.aborted) await publish(events)
      }
    } finally {
      await processes.close()
    }
  },
})
