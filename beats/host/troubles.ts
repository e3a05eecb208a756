import type { Context } from 'sealbeat'

export interface Troubles {
  /** `message`: what is wrong with the subject; undefined: nothing. */
  (subject: string, message: string | undefined): void
  /** There is no such subject any more: a mount, for example, which is gone. */
  forget(subject: string): void
}

/** The most subjects whose problems are named at a time. */
const MAX_NAMED = 100

/**
 * Logs a problem when it begins, changes or ends, and not at every tick: a disk that is gone would fill the
 * log. Of many problems at a time only some are named, so that neither log nor memory grows without end.
 */
export function troubles(log: Context<unknown>['log']): Troubles {
  const known = new Map<string, string>()
  let isSilent = false
  const tell = (subject: string, message: string | undefined): void => {
    if (message === known.get(subject)) return
    if (message === undefined) {
      known.delete(subject)
      log.info(`${subject} can be measured again`)
    } else if (known.size < MAX_NAMED || known.has(subject)) {
      known.set(subject, message)
      log.warn(`${subject} can't be measured: ${message}`)
      isSilent = false
    } else if (!isSilent) {
      isSilent = true
      log.warn(`More than ${MAX_NAMED} things can't be measured: others are not named`)
    }
  }
  return Object.assign(tell, { forget: (subject: string) => void known.delete(subject) })
}
