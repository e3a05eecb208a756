import { openProcesses, type ProcessAnswer, type Processes } from 'sealbeat/host'
import { isAnswered } from '../asking/answered.ts'
import type { HostFiles } from '../host-files.ts'

/** What /proc/PID/stat says of all processes. */
interface ProcessReader {
  /** Reads once in each tick, whoever asks. Under `hidepid`, these are the processes of the agent's own user. */
  read(tick: object, signal: AbortSignal): Promise<readonly ProcessAnswer[]>
  close(): Promise<void>
}

const TIMEOUT_MS = 5_000

/** The most files that stay open; each takes 4 KiB of the kernel. */
const MAX_KEPT = 2048

/**
 * The kernel needs more time for the processes than for all else that a tick reads. So it does that while other work
 * goes on, and need not open each file again.
 */
export function processReader(files: HostFiles): ProcessReader {
  const folder = files.resolve('proc')
  let processes: Processes | undefined
  let last: { readonly tick: object; readonly all: Promise<readonly ProcessAnswer[]> } | undefined
  let hanging: Promise<void> | undefined

  const read = async (signal: AbortSignal): Promise<readonly ProcessAnswer[]> => {
    if (hanging !== undefined) throw new Error(`${folder} does not answer`)
    processes ??= openProcesses(folder, MAX_KEPT)
    const asking = processes.ask()
    if (!(await isAnswered(asking, TIMEOUT_MS, signal))) {
      hanging = asking.done.then(() => {
        hanging = undefined
      })
      throw new Error(`${folder} does not answer`)
    }
    const [answer = { problem: 'no answer' }] = asking.answers()
    if ('problem' in answer) throw new Error(`${folder}: ${answer.problem}`)
    return answer
  }

  return {
    read: (tick, signal) => {
      if (last?.tick !== tick) last = { tick, all: read(signal) }
      return last.all
    },
    close: async () => {
      await last?.all.catch(() => undefined)
      if (hanging === undefined) processes?.close()
      else hanging.then(() => processes?.close())
    },
  }
}
