import { constants } from 'node:os'
import type { Logger } from 'pino'
import type { ReloadRequest } from './reload-request.ts'
import type { StopRequest } from './stop.ts'

/**
 * SIGTERM and SIGINT end the agent in good order, the second of them at once, with the code that a
 * shell gives to whatever a signal ended. SIGHUP has the configuration read again. Returns what undoes
 * all this.
 */
export function installSignalHandlers(
  stop: StopRequest,
  reload: ReloadRequest,
  log: Logger,
): () => void {
  let asked = false
  const end = (signal: NodeJS.Signals) => {
    if (asked) {
      log.warn(`Ending at once on a second signal, ${signal}`)
      process.exit(128 + constants.signals[signal])
    }
    asked = true
    log.info({ signal }, 'Stopping')
    stop.ask()
  }
  const hangUp = () => reload.ask()
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', hangUp)
  return () => {
    process.off('SIGTERM', end).off('SIGINT', end).off('SIGHUP', hangUp)
  }
}
