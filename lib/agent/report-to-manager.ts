import type { ServiceManager } from './process/service-manager.ts'
import type { AgentStatus } from './status.ts'

/** Milliseconds between two reports of the status. */
const PERIOD_MS = 10_000

/** Microseconds for the rest after the beats, the queue and the output are closed. */
const RESERVE_USEC = 5_000_000

/** Events in the life of the agent that the service manager is told at once. */
export interface Reports {
  reloading(): void
  /** Ready again. `note` is part of the status from then on, until the next reload. */
  reloaded(note?: string): void
  /** `timeoutMs`: the longest that stopping may take. */
  stopping(timeoutMs: number): void
  end(): void
}

/**
 * Tells the service manager that the agent is ready, then regularly its status, and that it is alive.
 * Alive means that the event loop turns (or no timer would fire) and that the output has answered within
 * the watchdog's time (`writingForMs`: milliseconds since it was given a batch). An output that fails and is tried again counts as alive.
 */
export function reportToManager(
  manager: ServiceManager,
  status: () => AgentStatus,
  writingForMs: () => number,
): Reports {
  let noted = ''
  const line = () => `${statusLine(status())}${noted}`
  const ready = (note?: string) => {
    noted = note === undefined ? '' : `; ${note}`
    manager.notify({ READY: 1, STATUS: line() })
  }
  ready()
  const timers = [
    setInterval(() => manager.notify({ STATUS: line() }), PERIOD_MS),
    ...watchdogTimer(manager, writingForMs),
  ]
  return {
    reloading: () =>
      manager.notify({ RELOADING: 1, MONOTONIC_USEC: nowUsec(), STATUS: 'Reloading' }),
    reloaded: ready,
    stopping: timeoutMs => manager.notify(stoppingWithin(timeoutMs)),
    end: () => timers.forEach(clearInterval),
  }
}

/** STATUS=, which `systemctl status` shows. */
export function statusLine({ sandbox, beats, output, events }: AgentStatus): string {
  const { state, instructions, threads } = sandbox
  const sealed =
    state === 'installed'
      ? `sandboxed (${instructions} instructions, ${threads} threads)`
      : `not sandboxed (${state})`
  const waiting = beats.filter(each => each.state === 'waiting').map(({ id }) => id)
  const failing = waiting.length === 0 ? '' : `; failed, to be started again: ${waiting.join(', ')}`
  const blocked = beats.filter(each => each.waiting > 0).map(({ id }) => id)
  const held = blocked.length === 0 ? '' : `; output ${output.name} holds up: ${blocked.join(', ')}`
  const { queued, sending, acked } = events
  return `${sealed}; ${queued + sending} events waiting, ${acked} delivered${held}${failing}`
}

function watchdogTimer(
  manager: ServiceManager,
  writingForMs: () => number,
): readonly NodeJS.Timeout[] {
  const { watchdogMs } = manager
  if (watchdogMs === undefined) return []
  const notifyIfAlive = () => {
    if (writingForMs() < watchdogMs) manager.notify({ WATCHDOG: 1 })
  }
  // Twice in the watchdog's time, as sd_watchdog_enabled(3) advises.
  return [setInterval(notifyIfAlive, watchdogMs / 2)]
}

/** CLOCK_MONOTONIC in microseconds, by which the manager tells this reload from an earlier one. */
function nowUsec(): string {
  return String(process.hrtime.bigint() / 1000n)
}

/** Sent once when the stop begins, for all of its time: nothing can extend it afterwards. */
function stoppingWithin(timeoutMs: number) {
  return { STOPPING: 1, EXTEND_TIMEOUT_USEC: timeoutMs * 1000 + RESERVE_USEC, STATUS: 'Stopping' }
}
