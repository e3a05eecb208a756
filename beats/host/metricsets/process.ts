import type { Event } from 'sealbeat'
import { type ProcessAnswer, readBeginnings } from 'sealbeat/host'
import { patient } from '../asking/patient.ts'
import { parseMeminfo } from '../proc/meminfo.ts'
import { pageBytes } from '../proc/page-size.ts'
import { processState } from '../proc/pid-stat.ts'
import { parseStat } from '../proc/stat.ts'
import { cgroupFields } from '../processes/cgroup.ts'
import { type Spent, spentSince, topOf } from '../processes/top.ts'
import type { Figure } from './figures.ts'
import type { Metricset } from './metricset.ts'
import { ratio } from './numbers.ts'

/** USER_HZ: what the kernel counts the times of processes in, whatever its own clock. */
const TICKS_PER_SECOND = 100

/** What anybody may read of a process. */
const DETAILS = ['comm', 'cmdline', 'status', 'statm', 'cgroup'] as const
type Details = Readonly<Record<(typeof DETAILS)[number], string>>

/** Reports the processes that spend most CPU time, and those that have most memory. */
export const process: Metricset = ({ files, processes, top }) => {
  const page = pageBytes()
  const folder = files.resolve('proc')
  const read = patient(
    (names: readonly string[]) => readBeginnings(folder, names),
    name => name,
    { timeoutMs: 1000, deadlineMs: 3000, maxHanging: 4 },
  )
  let before:
    | { readonly byPid: ReadonlyMap<number, ProcessAnswer>; readonly ms: number }
    | undefined

  const detailsOf = async (
    found: readonly Spent[],
    signal: AbortSignal,
  ): Promise<readonly Partial<Details>[]> => {
    const names = found.flatMap(({ process: { pid } }) => DETAILS.map(file => `${pid}/${file}`))
    const answers = await read(names, signal)
    return found.map((_, at) =>
      Object.fromEntries(
        DETAILS.flatMap((file, place) => {
          const answer = answers[at * DETAILS.length + place]
          return answer !== undefined && 'text' in answer ? [[file, answer.text]] : []
        }),
      ),
    )
  }

  return async (signal, tick) => {
    const { all, ms } = await processes(tick, signal)
    const now = { byPid: new Map(all.map(each => [each.pid, each])), ms }
    const elapsedTicks = before && ((now.ms - before.ms) / 1000) * TICKS_PER_SECOND
    const found = topOf(spentSince(before?.byPid, all), top)
    before = now
    const details = await detailsOf(found, signal)
    const { cores } = files.read('proc/stat', parseStat)
    const bootSeconds = files.read('proc/stat', text => Number(/^btime (\d+)$/m.exec(text)?.[1]))
    const memory = files.read('proc/meminfo', parseMeminfo).get('MemTotal')
    const host = { page, cores, bootSeconds, memory, elapsedTicks }
    return found.flatMap((each, at): readonly Event[] => {
      const { comm, ...others } = details[at] ?? {}
      // It has ended meanwhile.
      if (comm === undefined) return []
      const cgroup = others.cgroup === undefined ? undefined : cgroupFields(files, others.cgroup)
      return [processFields(each, { comm, ...others }, cgroup, host)]
    })
  }
}

interface HostFigures {
  readonly page: Figure
  readonly cores: number
  readonly bootSeconds: number
  readonly memory: Figure
  readonly elapsedTicks: Figure
}

function processFields(
  { process, spent }: Spent,
  { comm = '', cmdline, status, statm }: Partial<Details>,
  cgroup: object | undefined,
  { page, cores, bootSeconds, memory, elapsedTicks }: HostFigures,
): Event {
  const bytes = (pages: Figure): Figure =>
    pages === undefined || page === undefined ? undefined : pages * page
  const rss = bytes(process.residentPages)
  const state = processState(process.state)
  // The kernel counts whole ticks, so a short period may have one too many.
  const share = ratio(spent, elapsedTicks)
  const total = share === undefined || elapsedTicks === 0 ? undefined : Math.min(share, cores)
  const norm = ratio(total, cores)
  const start = new Date((bootSeconds + process.start / TICKS_PER_SECOND) * 1000)
  const startTime = Number.isNaN(start.getTime()) ? undefined : start.toISOString()
  const args = cmdline?.replace(/\0+$/, '').split('\0')
  const command = args?.join(' ')
  const user = /^Uid:\s+(\d+)/m.exec(status ?? '')?.[1]
  const rssShare =
    rss !== undefined && memory !== undefined && rss <= memory ? ratio(rss, memory) : undefined
  return {
    process: {
      pid: process.pid,
      name: comm.trimEnd(),
      pgid: process.groupId,
      parent: { pid: process.parentPid },
      state,
      command_line: command || undefined,
      cpu: { pct: norm, start_time: startTime },
      memory: { pct: rssShare },
    },
    user: { id: user },
    system: {
      process: {
        state,
        cmdline: command || undefined,
        num_threads: process.threads,
        cpu: {
          total: {
            pct: total,
            norm: { pct: norm },
            value: process.ticks * (1000 / TICKS_PER_SECOND),
          },
          start_time: startTime,
        },
        memory: {
          size: process.virtualBytes,
          rss: { bytes: rss, pct: rssShare },
          share: bytes(statm === undefined ? undefined : Number(statm.split(' ')[2])),
        },
        cgroup,
      },
    },
  }
}
