import { pathToFileURL } from 'node:url'
import { messageOf } from '../../errors.ts'
import { attributeTo, currentBeat } from '../process/attribution.ts'

/**
 * Imports a file that comes from outside, whose code runs before there is a log: an exception that it
 * leaves uncaught, or an `await` that nothing can end any more, would end the process with a stack or
 * without a word. Both reject here instead, like whatever else the import throws.
 */
export async function importAlone(file: string): Promise<{ readonly default?: unknown }> {
  const { promise, reject } = failure()
  const isOwn = () => currentBeat() === undefined || currentBeat() === file
  const onStray = (thrown: unknown) => {
    if (!isOwn()) return
    reject(new Error(`it leaves an error uncaught: ${messageOf(thrown)}`, { cause: thrown }))
  }
  const onIdle = () => reject(new Error('its top-level await has nothing left to wait for'))
  process.on('uncaughtException', onStray).on('unhandledRejection', onStray)
  process.on('beforeExit', onIdle)
  try {
    return await Promise.race([attributeTo(file, () => completed(file)), promise])
  } finally {
    process.off('uncaughtException', onStray).off('unhandledRejection', onStray)
    process.off('beforeExit', onIdle)
  }
}

/** Rejections count as unhandled only after the turn in which they have come about. */
async function completed(file: string): Promise<{ readonly default?: unknown }> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(file).href)
  await new Promise(resolve => setImmediate(resolve))
  return module
}

function failure() {
  let reject: (reason: Error) => void = () => undefined
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  return { promise, reject }
}
