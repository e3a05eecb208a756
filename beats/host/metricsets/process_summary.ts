import { setImmediate } from 'node:timers/promises'
import type { HostFiles } from '../host-files.ts'
import { PROCESS_STATES, type ProcessState, parseProcessState } from '../proc/pid-stat.ts'
import type { Metricset } from './metricset.ts'

/** How many files are read before others get their turn: about a millisecond's worth. */
const AT_ONCE = 100

/** How many processes are in which state; under `hidepid` only the agent's own are to be seen. */
export const processSummary: Metricset =
  ({ files }) =>
  async signal => {
    const states: ProcessState[] = []
    const pids = files.list('proc').filter(name => /^\d+$/.test(name))
    for (let at = 0; at < pids.length; at += AT_ONCE) {
      await setImmediate(undefined, { signal })
      states.push(...pids.slice(at, at + AT_ONCE).flatMap(pid => processState(files, pid)))
    }
    const count = (state: ProcessState): number => states.filter(one => one === state).length
    const counts = Object.fromEntries(PROCESS_STATES.map(state => [state, count(state)]))
    return [{ system: { process: { summary: { total: states.length, ...counts } } } }]
  }

function processState(files: HostFiles, pid: string): readonly ProcessState[] {
  try {
    return [files.read(`proc/${pid}/stat`, parseProcessState)]
  } catch (error) {
    return hasEnded(error) ? [] : ['unknown']
  }
}

/** Between the listing and the reading: open(2) then says ENOENT, read(2) ESRCH. */
function hasEnded(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ENOENT|ESRCH)$/.test(String(error.code))
}
