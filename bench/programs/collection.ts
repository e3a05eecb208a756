// Runs the host beat of a build for a number of ticks and prints the processor time of one, of all threads.
import type { Beat } from '../../lib/beat.ts'

const WARM_UP = 20
const TICKS = 40

interface HostSettings {
  readonly period: number
  readonly metricsets: readonly string[]
  readonly hostfs: string
  readonly filesystem: { readonly ignore_types: readonly string[] }
}

const METRICSETS = 'cpu load memory filesystem diskio network uptime process_summary'.split(' ')

const settings: HostSettings = {
  period: 50,
  metricsets: METRICSETS,
  hostfs: '/',
  // So that the mounts of this bench, which have no device, are measured.
  filesystem: { ignore_types: [] },
}

const { default: host }: { default: Beat<HostSettings> } = await import(
  `${process.argv[2]}/dist/bundle/beats/host/index.js`
)
const stop = new AbortController()
const quiet = () => undefined
let [ticks, start, events] = [0, process.cpuUsage(), 0]
const context = {
  settings,
  signal: stop.signal,
  log: { info: quiet, warn: quiet },
  publish: async (published: readonly unknown[]) => {
    events = published.length
    ticks++
    if (ticks === WARM_UP) start = process.cpuUsage()
    if (ticks < WARM_UP + TICKS) return
    const { user, system } = process.cpuUsage(start)
    console.log(JSON.stringify({ ms: (user + system) / 1000 / TICKS, events }))
    stop.abort()
  },
}
// Of its context, this beat needs no more than that.
await host.run(context as unknown as Parameters<typeof host.run>[0], undefined as never)
