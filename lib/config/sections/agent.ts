import type { Schema } from 'convict'
import type { LoggingSettings, MemoryQueueSettings, PathSettings } from '../config.ts'
import { type GeneralSettings, generalSchema } from './general.ts'
import { loggingSchema } from './logging.ts'
import { pathSchema } from './path.ts'
import { memoryQueueSchema } from './queue.ts'

export interface AgentSettings extends GeneralSettings {
  readonly beats: readonly unknown[]
  readonly output: Readonly<Record<string, unknown>>
  readonly queue: { readonly mem: MemoryQueueSettings }
  readonly seccomp: unknown
  readonly logging: LoggingSettings
  readonly path: PathSettings
}

/** All of beat.yml, but for what stands below `beats`, `output` and `seccomp`: these have parsers of their own. */
export const agentSchema: Schema<AgentSettings> = {
  ...generalSchema,
  beats: {
    doc: 'What the agent does. At least one must be enabled.',
    format: Array,
    default: [],
    elsewhere: true,
  },
  output: {
    doc: 'Where events go: exactly one, named by its type.',
    format: Object,
    default: {},
    elsewhere: true,
  },
  queue: { mem: memoryQueueSchema },
  seccomp: {
    doc: 'The filter over the system calls of the whole process.',
    format: '*',
    default: {},
    elsewhere: true,
  },
  logging: loggingSchema,
  path: pathSchema,
}
