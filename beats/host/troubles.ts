import type { Context } from 'sealbeat'

/**
 * Logs a problem when it begins, changes or ends, and not at every tick: a disk that is gone would fill the
 * log.
 */
export function troubles(
  log: Context<unknown>['log'],
): (subject: string, message: string | undefined) => void {
  const known = new Map<string, string>()
  return (subject, message) => {
    if (message === known.get(subject)) return
    if (message === undefined) {
      known.delete(subject)
      log.info(`${subject} can be measured again`)
    } else {
      known.set(subject, message)
      log.warn(`${subject} can't be measured: ${message}`)
    }
  }
}
