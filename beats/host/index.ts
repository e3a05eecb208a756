import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Context, defineBeat } from 'sealbeat'
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
  run: context =>
    measuring(context, async collect => {
      const { settings, log, signal, publish } = context
      const { period } = settings
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
    }),
  once: context =>
    measuring(context, async collect => {
      const { settings, signal, publish } = context
      // The first sample is only what the second is compared to.
      await collect(signal)
      await setTimeout(Math.min(settings.period, LONGEST_MS), undefined, { signal })
      await publish(await collect(signal))
    }),
})

/** Between the two samples of a round. */
const LONGEST_MS = 1000

/** Prepares to measure, and cleans up afterwards. */
async function measuring(
  { settings, log }: Context<Settings>,
  measure: (collect: ReturnType<typeof collector>) => Promise<void>,
): Promise<void> {
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
  try {
    await measure(collector(metricsets, period, host))
  } finally {
    await processes.close()
  }
}
