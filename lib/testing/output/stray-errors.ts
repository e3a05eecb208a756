import { messageOf } from '../../errors.ts'

/**
 * Notes the errors that nobody handles, which would end an agent. Returns a function that ends that and
 * returns a finding for each. The test runner may hear of rejections as well.
 */
export function watchErrors(): () => readonly string[] {
  const errors = new Set<unknown>()
  const onError = (error: unknown) => void errors.add(error)
  process.on('unhandledRejection', onError)
  const isFirst = !process.hasUncaughtExceptionCaptureCallback()
  if (isFirst) process.setUncaughtExceptionCaptureCallback(onError)
  return () => {
    process.off('unhandledRejection', onError)
    if (isFirst) process.setUncaughtExceptionCaptureCallback(null)
    return Array.from(errors, error => `an error that nobody handles: ${messageOf(error)}`)
  }
}
