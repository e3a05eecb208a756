import { PROCESS_STATES, type ProcessState, processState } from '../proc/pid-stat.ts'
import type { Metricset } from './metricset.ts'

/** Counts the processes in each state. Under `hidepid`, it sees only those of the agent's own user. */
export const processSummary: Metricset =
  ({ files, processes }) =>
  async (signal, tick) => {
    const { all } = await processes(tick, signal)
    // The state of a process is that of its first thread. Of this one, another thread runs, which reads the states.
    const own = Number(files.link('proc/self'))
    const counts = new Map<ProcessState, number>(PROCESS_STATES.map(state => [state, 0]))
    for (const { pid, state: letter } of all) {
      const state = pid === own ? 'running' : processState(letter)
      counts.set(state, (counts.get(state) ?? 0) + 1)
    }
    const summary = { total: all.length, ...Object.fromEntries(counts) }
    return [{ system: { process: { summary } } }]
  }
