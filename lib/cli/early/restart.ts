import type { ConfigSource } from '../../config/source/document.ts'
import { mayDisableFilter } from '../../config/source/glance.ts'
import { withoutDebugPort } from '../../debug-port.ts'
import { type RestartOutcome, restartWithoutIoUring } from '../../seccomp/kernel/restart.ts'

/**
 * Restarts the program without an io_uring, if there is one and a filter is wanted; undefined if no filter is
 * wanted (S7). Everything before the restart runs twice, so the configuration is not even parsed unless it
 * contains the words that could disable the filter.
 */
export async function restartEarly(source: ConfigSource): Promise<RestartOutcome | undefined> {
  if (mayDisableFilter(source) && !(await isFilterWanted(source))) return undefined
  return restartWithoutIoUring(withoutDebugPort(process.versions.node))
}

async function isFilterWanted(source: ConfigSource): Promise<boolean> {
  const { readDocument, wantsFilter } = await import('../../config/source/document.ts')
  return wantsFilter(readDocument(source))
}
