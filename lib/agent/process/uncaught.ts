import type { Logger } from 'pino'
import { messageOf } from '../../errors.ts'
import type { Attribution } from './attribution.ts'
import type { StopRequest } from './stop.ts'

/**
 * Logs an exception or a rejection that nobody caught, with the beat whose code it was if that is known,
 * and ends the agent as a failure, but in good order: the output is still owed the events that were
 * taken, and neither queue nor output belongs to the beat. Returns a function that undoes this.
 */
export function catchUncaught(
  stop: StopRequest,
  log: Logger,
  attribution: Attribution,
): () => void {
  const fail = (what: string) => (thrown: unknown) => {
    const beat = attribution.beatOf(thrown)
    const whose = beat === undefined ? '' : ` of beat ${beat}`
    const err = thrown instanceof Error ? thrown : new Error(messageOf(thrown))
    log.fatal({ err, ...(beat && { beat }) }, `${what}${whose}: ${err.message}; stopping`)
    stop.fail()
  }
  const onException = fail('Uncaught exception')
  const onRejection = fail('Unhandled rejection')
  process.on('uncaughtException', onException).on('unhandledRejection', onRejection)
  return () => {
    process.off('uncaughtException', onException).off('unhandledRejection', onRejection)
  }
}
