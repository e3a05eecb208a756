import type { ConfigSource } from '../config/source/document.ts'
import { mayDisableFilter } from '../config/source/glance.ts'
import { type RestartOutcome, restartWithoutIoUring } from '../seccomp/kernel/restart.ts'

/**
 * Restarts the program without an io_uring, if there is one and a filter is wanted; undefined if no filter is
 * wanted (S7). Everything before the restart runs twice, so the configuration is not even parsed unless it
 * contains the words that could disable the filter.
 */
export async function restartEarly(source: ConfigSource): Promise<RestartOutcome | undefined> {
  if (mayDisableFilter(source) && !(await isFilterWanted(source))) return undefined
  return restartWithoutIoUring(disablesSigusr1(process.versions.node) ? ['--disable-sigusr1'] : [])
}

/** Until the second image runs its first line, SIGUSR1 would open a debugger's port: from Node 22.14 and 23.7 on. */
function disablesSigusr1(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 7) || (major === 22 && minor >= 14)
}

async function isFilterWanted(source: ConfigSource): Promise<boolean> {
  const { readDocument, wantsFilter } = await import('../config/source/document.ts')
  return wantsFilter(readDocument(source))
}
