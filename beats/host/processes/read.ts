import { openProcesses, type ProcessAnswer, type Processes } from 'sealbeat/host'
import { isAnswered } from '../asking/answered.ts'
import type { HostFiles } from '../host-files.ts'

/** What /proc/PID/stat says of all processes. */
interface ProcessReader {
  /** Reads once in each tick, whoever asks. Under `hidepid`, these are the processes of the agent's own user. */
  read(tick: object, signal: AbortSignal): Promise<ReadProcesses>
  close(): Promise<void>
}

/** All processes as they were at one time. */
export interface ReadProcesses {
  readonly all: readonly ProcessAnswer[]
  /** Of the monotonic clock, when the kernel had answered: long before now, if others have used the answer first. */
  readonly ms: number
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
  let last: { readonly tick: object; readonly answer: Promise<ReadProcesses> } | undefined
  let hanging: Promise<void> | undefined

  const read = async (signal: AbortSignal): Promise<ReadProcesses> => {
    if (hanging !== undefined) throw new Error(`${folder} does not answer`)
    processes ??= openProcesses(folder, MAX_KEPT)
    const asking = processes.ask()
    if (!(await isAnswered(asking, TIMEOUT_MS, signal))) {
      hanging = asking.done.then(() => {
        hanging = undefined
      })
      throw new Error(`${folder} does not answer`)
    }
    const ms = performance.now()
    const [answer = { problem: 'no answer' }] = asking.answers()
    if ('problem' in answer) throw new Error(`${folder}: ${answer.problem}`)
    return { all: answer, ms }
  }

  return {
    read: (tick, signal) => {
      if (last?.tick !== tick) last = { tick, answer: read(signal) }
      return last.answer
    },
    close: async () => {
      await last?.answer.catch(() => undefined)
      if (hanging === undefined) processes?.close()
      else hanging.then(() => processes?.close())
    },
  }
}
