import type { ChildProcess } from 'node:child_process'

/** SIGUSR1 too: it would open a debugger's port of root. */
const RELAYED = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

/** Hands on every signal, as often as it comes. Once the command has ended, they end this process again. */
export function relaySignals(child: ChildProcess): void {
  for (const signal of RELAYED) process.on(signal, () => child.kill(signal))
  // As a terminal does: to the programs that the command has started, too.
  process.on('SIGINT', () => signalGroup(child, 'SIGINT'))
  process.on('SIGTSTP', () => {
    signalGroup(child, 'SIGSTOP')
    process.kill(process.pid, 'SIGSTOP')
  })
  process.on('SIGCONT', () => signalGroup(child, 'SIGCONT'))
  child.once('exit', () => {
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGTSTP', 'SIGCONT'])
      process.removeAllListeners(signal)
  })
}

/** Nothing once it has ended: its number may be another's by then. */
function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  process.kill(-pid, signal)
}
