import { strictEqual } from 'node:assert'
import { once } from 'node:events'
import type { Phase } from './phase.ts'

/** Handled signals to the process itself, and the check whether a process exists. */
export const signals: Phase = {
  name: 'signals',
  async run() {
    for (const signal of [
      'SIGUSR2',
      'SIGHUP',
      'SIGINT',
      'SIGTERM',
      'SIGWINCH',
      'SIGCHLD',
    ] as const) {
      const arrived = once(process, signal)
      process.kill(process.pid, signal)
      strictEqual((await arrived)[0], signal)
      process.removeAllListeners(signal)
    }
    strictEqual(process.kill(process.pid, 0), true)
    const absent = () => process.kill(2 ** 22 + 1, 0)
    strictEqual(codeOf(absent), 'ESRCH')
    process.emitWarning('a warning')
  },
}

function codeOf(work: () => void): string | undefined {
  try {
    work()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
  return undefined
}
