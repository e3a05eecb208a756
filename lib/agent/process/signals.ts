import { constants } from 'node:os'
import type { Logger } from 'pino'
import type { ReloadRequest } from './reload-request.ts'
import type { StopRequest } from './stop.ts'

/**
 * The first SIGTERM or SIGINT ends the agent in good order. The second ends it at once, with the exit code
 * that a shell reports for a signal (128 + its number). SIGHUP asks for a reload. Returns a function that
 * removes the handlers.
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
