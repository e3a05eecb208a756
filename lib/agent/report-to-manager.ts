import type { Pipeline } from '../pipeline/pipeline.ts'
import type { PipelineStats } from '../pipeline/stats.ts'
import type { Outcome } from '../seccomp/outcome.ts'
import type { ServiceManager } from './service-manager.ts'

/** Milliseconds between two reports of how it goes. */
const PERIOD = 10_000

/**
 * Tells the service manager that the agent is ready, then how it goes, and that it is alive for as long
 * as it is: the event loop turns, or no timer would come, and the output has not been silent about a
 * batch for as long as the watchdog waits. An output that fails and is tried again is alive. Returns
 * what ends the reports.
 */
export function reportToManager(
  manager: ServiceManager,
  pipeline: Pick<Pipeline, 'stats' | 'writingFor'>,
  outcome: Outcome,
): () => void {
  const status = () => manager.notify({ STATUS: statusOf(outcome, pipeline.stats()) })
  manager.notify({ READY: 1, STATUS: statusOf(outcome, pipeline.stats()) })
  const timers = [setInterval(status, PERIOD)]
  const { watchdog } = manager
  if (watchdog !== undefined) {
    const pet = () => {
      if (pipeline.writingFor < watchdog) manager.notify({ WATCHDOG: 1 })
    }
    // Twice in the time, as sd_watchdog_enabled(3) advises.
    timers.push(setInterval(pet, watchdog / 2))
  }
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}

function statusOf(outcome: Outcome, { queued, sending, acked }: PipelineStats): string {
  const sandbox =
    outcome.state === 'installed'
      ? `sandboxed (${outcome.instructions} instructions, ${outcome.threads} threads)`
      : `not sandboxed (${outcome.state})`
  return `${sandbox}; ${queued + sending} events waiting, ${acked} delivered`
}
