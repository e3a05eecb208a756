import type { QueueSettings } from '../config/config.ts'
import { type AgentSettings, agentSchema } from '../config/sections.ts'
import type { Plugin } from '../plugin.ts'

interface Settings extends Pick<AgentSettings, 'path' | 'logging'> {
  readonly queue: Pick<QueueSettings, 'outside'>
}

/** The needs of the agent itself, whatever its beats and its output do. */
export const agentPlugin: Plugin<Settings> = {
  name: 'agent',
  // Of the settings as they are written; the plan has them as they are parsed.
  schema: agentSchema as Plugin['schema'] as Plugin<Settings>['schema'],
  privileges: ({ path, logging, queue }) => [
    { writes: path.data, why: 'its identity and the state of its beats' },
    ...(logging.to_files ? [{ writes: path.logs, why: 'its log files' }] : []),
    ...queue.outside.map(writes => ({ writes, why: 'its queue on the disk' })),
  ],
}
