import type { OpenAgent } from './open.ts'
import type { StopRequest } from './process/stop.ts'

/** Closes in reverse, within what is left of `shutdown_timeout`. Never rejects. */
export async function close(
  { plan, log, pipeline, opened, ground }: OpenAgent,
  stop: StopRequest,
): Promise<void> {
  stop.ask()
  const left = Math.max(0, Math.ceil(plan.config.shutdown_timeout - stop.elapsed))
  await opened.closeAll(AbortSignal.timeout(left), log)
  const uptime_ms = Math.round(process.uptime() * 1000)
  log.info({ events: pipeline.stats(), uptime_ms }, 'Stopped')
  await ground.close()
}
