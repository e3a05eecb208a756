import { setImmediate } from 'node:timers/promises'
import type { HostFiles } from '../host-files.ts'
import { PROCESS_STATES, type ProcessState, parseProcessState } from '../proc/pid-stat.ts'
import type { Metricset } from './metricset.ts'

/** How many files are read before other work gets its turn: about one millisecond of reading. */
const FILES_PER_TURN = 100

/** Counts the processes in each state. Under `hidepid`, it sees only those of the agent's own user. */
export const processSummary: Metricset =
  ({ files }) =>
  async signal => {
    const states: ProcessState[] = []
    const pids = files.list('proc').filter(name => /^\d+$/.test(name))
    for (let at = 0; at < pids.length; at += FILES_PER_TURN) {
      await setImmediate(undefined, { signal })
      states.push(...pids.slice(at, at + FILES_PER_TURN).flatMap(pid => processState(files, pid)))
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

/** Whether a process ended after it was listed: open(2) then fails with ENOENT, read(2) with ESRCH. */
function hasEnded(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ENOENT|ESRCH)$/.test(String(error.code))
}
