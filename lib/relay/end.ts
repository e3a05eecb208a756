import { constants } from 'node:os'

/** Those that a shell which waits for this process acts upon: it stops its loop on Ctrl-C. */
const REPEATED: readonly (string | null)[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Ends this process as the command has ended, once all output is written. */
export function endAs(code: number | null, signal: NodeJS.Signals | null): void {
  process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal]
  if (signal === null || !REPEATED.includes(signal)) return
  process.once('beforeExit', () => process.kill(process.pid, signal))
}
