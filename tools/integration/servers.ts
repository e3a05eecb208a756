import { openSearch } from './opensearch.ts'
import type { ServerKind } from './server.ts'

export const SERVERS: readonly ServerKind[] = [openSearch]

/** Those that SERVERS names, separated by commas; without it all. */
export function isWanted({ name }: ServerKind): boolean {
  const wanted = process.env.SERVERS ?? ''
  return wanted === '' || wanted.split(',').includes(name)
}
