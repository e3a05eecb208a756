import { collector } from './collector/collector.ts'
import { redis } from './debian/redis.ts'
import { rsyslog } from './debian/rsyslog.ts'
import { kafka } from './kafka/kafka.ts'
import { lumberjack } from './lumberjack/lumberjack.ts'
import { openSearch } from './opensearch/opensearch.ts'
import type { ServerKind } from './server.ts'
import { victoriaLogs } from './victorialogs/victorialogs.ts'

export const SERVERS: readonly ServerKind[] = [
  openSearch,
  redis,
  kafka,
  lumberjack,
  rsyslog,
  collector,
  victoriaLogs,
]

/** Those that SERVERS names, separated by commas; without it all. */
export function isWanted({ name }: ServerKind): boolean {
  const wanted = process.env.SERVERS ?? ''
  return wanted === '' || wanted.split(',').includes(name)
}
