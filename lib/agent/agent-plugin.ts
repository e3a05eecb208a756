import { type AgentSettings, agentSchema } from '../config/sections.ts'
import type { Plugin } from '../plugin.ts'

/** The needs of the agent itself, whatever its beats and its output do. */
export const agentPlugin: Plugin<Pick<AgentSettings, 'path' | 'logging'>> = {
  name: 'agent',
  schema: agentSchema,
  privileges: ({ path, logging }) => [
    { writes: path.data, why: 'its identity and the state of its beats' },
    ...(logging.to_files ? [{ writes: path.logs, why: 'its log files' }] : []),
  ],
}
