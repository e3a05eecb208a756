import type { Pipeline } from '../pipeline/pipeline.ts'
import type { PipelineStats } from '../pipeline/stats.ts'
import type { Outcome } from '../seccomp/kernel/outcome.ts'
import type { ServiceManager } from './process/service-manager.ts'

/** Milliseconds between two reports of how it goes. */
const PERIOD_MS = 10_000

/** Microseconds for what comes after the beats, the queue and the output. */
const RESERVE_USEC = 5_000_000

/** What is told of the agent's course, beside what is told all the time. */
export interface Reports {
  reloading(): void
  /** Ready again; `note` is part of the status from then on, until the next time. */
  reloaded(note?: string): void
  /** `patience`: milliseconds that stopping may take. */
  stopping(timeoutMs: number): void
  end(): void
}

/**
 * Tells the service manager that the agent is ready, then how it goes, and that it is alive for as long
 * as it is: the event loop turns, or no timer would come, and the output has not been silent about a
 * batch for as long as the watchdog waits. An output that fails and is tried again is alive.
 */
export function reportToManager(
  manager: ServiceManager,
  pipeline: Pick<Pipeline, 'stats' | 'writingForMs'>,
  outcome: Outcome,
): Reports {
  let noted = ''
  const status = () => `${statusOf(outcome, pipeline.stats())}${noted}`
  const ready = (note?: string) => {
    noted = note === undefined ? '' : `; ${note}`
    manager.notify({ READY: 1, STATUS: status() })
  }
  ready()
  const timers = [
    setInterval(() => manager.notify({ STATUS: status() }), PERIOD_MS),
    ...watchdogTimer(manager, pipeline),
  ]
  return {
    reloading: () => manager.notify({ RELOADING: 1, MONOTONIC_USEC: now(), STATUS: 'Reloading' }),
    reloaded: ready,
    stopping: timeoutMs => manager.notify(stoppingWithin(timeoutMs)),
    end: () => timers.forEach(clearInterval),
  }
}

function watchdogTimer(
  manager: ServiceManager,
  pipeline: Pick<Pipeline, 'writingForMs'>,
): readonly NodeJS.Timeout[] {
  const { watchdogMs } = manager
  if (watchdogMs === undefined) return []
  const pet = () => {
    if (pipeline.writingForMs < watchdogMs) manager.notify({ WATCHDOG: 1 })
  }
  // Twice in the time, as sd_watchdog_enabled(3) advises.
  return [setInterval(pet, watchdogMs / 2)]
}

/** CLOCK_MONOTONIC in microseconds: the manager tells by it this reload from an earlier one. */
function now(): string {
  return String(process.hrtime.bigint() / 1000n)
}

/** Told once, when the stop begins, for all of its time: there is nothing to prolong afterwards. */
function stoppingWithin(timeoutMs: number) {
  return { STOPPING: 1, EXTEND_TIMEOUT_USEC: timeoutMs * 1000 + RESERVE_USEC, STATUS: 'Stopping' }
}

function statusOf(outcome: Outcome, { queued, sending, acked }: PipelineStats): string {
  const sandbox =
    outcome.state === 'installed'
      ? `sandboxed (${outcome.instructions} instructions, ${outcome.threads} threads)`
      : `not sandboxed (${outcome.state})`
  return `${sandbox}; ${queued + sending} events waiting, ${acked} delivered`
}
