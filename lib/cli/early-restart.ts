import type { ConfigSource } from '../config/source/document.ts'
import { mayDisableFilter } from '../config/source/glance.ts'
import { type RestartOutcome, restartWithoutIoUring } from '../seccomp/kernel/restart.ts'

/**
 * Starts the program again without an io_uring, where there is one and a filter is wanted: undefined
 * where none is (S7). All that happens before happens twice, so the configuration is not even parsed
 * unless it has the words that could switch the filter off.
 */
export async function restartEarly(source: ConfigSource): Promise<RestartOutcome | undefined> {
  if (mayDisableFilter(source) && !(await isFilterWanted(source))) return undefined
  return restartWithoutIoUring()
}

async function isFilterWanted(source: ConfigSource): Promise<boolean> {
  const { readDocument, wantsFilter } = await import('../config/source/document.ts')
  return wantsFilter(readDocument(source))
}
