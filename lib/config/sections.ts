import type { Schema } from 'convict'
import {
  LOG_LEVELS,
  type LoggingSettings,
  type MemoryQueueSettings,
  type PathSettings,
} from './config.ts'
import { bytesFrom } from './schema/bytes.ts'
import { duration, durationFrom } from './schema/duration.ts'
import { fileMode } from './schema/file-mode.ts'
import { defineFormat, integer, listOf, oneOf, text } from './schema/formats.ts'

interface GeneralSettings {
  readonly name: string
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, unknown>>
  readonly fields_under_root: boolean
  readonly shutdown_timeout: number
}

const generalSchema: Schema<GeneralSettings> = {
  name: {
    doc: 'What this agent calls itself in its events (agent.name). Empty: the name of the host.',
    format: String,
    default: '',
  },
  tags: {
    doc: 'Words that every event carries in tags.',
    format: listOf(text),
    default: [],
  },
  fields: {
    doc: 'Data that every event carries below fields.',
    format: Object,
    default: {},
  },
  fields_under_root: {
    doc: 'Put fields at the top of the event instead of below fields.',
    format: Boolean,
    default: false,
  },
  shutdown_timeout: {
    doc: 'How long a stop may take: beats finish and the queue drains within it, or are cut short.',
    format: durationFrom(1),
    default: 30_000,
  },
}

const fileName = defineFormat({
  expected: 'must be the name of a file, without a folder (that is path.logs)',
  parse: written =>
    typeof written === 'string' && /^[^/\\\0]+$/.test(written) && !/^\.+$/.test(written)
      ? written
      : undefined,
})

const loggingSchema: Schema<LoggingSettings> = {
  level: {
    doc: `The least severe that is logged, one of ${LOG_LEVELS.join(', ')}.`,
    format: oneOf(LOG_LEVELS),
    default: 'info',
  },
  to_stderr: {
    doc: 'Log to standard error, where journald and containers pick it up.',
    format: Boolean,
    default: true,
  },
  to_files: {
    doc: 'Log to files below path.logs.',
    format: Boolean,
    default: false,
  },
  files: {
    name: {
      doc: 'Their name, which the suffix .ndjson and a number follow.',
      format: fileName,
      default: 'sealbeat',
    },
    rotateeverybytes: {
      doc: 'Begin a new file when this one would grow beyond it.',
      format: bytesFrom(1024),
      default: 10 * 1024 * 1024,
    },
    keepfiles: {
      doc: 'How many files are kept besides the current one, from 2 to 1024.',
      format: integer(2, 1024),
      default: 7,
    },
    permissions: {
      doc: 'Who may read them.',
      format: fileMode,
      default: 0o600,
    },
  },
  metrics: {
    enabled: {
      doc: 'Log regularly what the agent did: events, beats, output, memory.',
      format: Boolean,
      default: true,
    },
    period: {
      doc: 'How often. Values that are 0 are left out.',
      format: durationFrom(1000),
      default: 30_000,
    },
  },
}

/** As written; `absolutePaths` makes of it what the agent uses. */
const pathSchema: Schema<PathSettings> = {
  home: {
    doc: 'What the other paths are relative to; itself relative to the working directory.',
    format: text,
    default: '.',
  },
  config: {
    doc: 'Where beats given by a path are. Empty: the folder of the first configuration file.',
    format: String,
    default: '',
  },
  data: {
    doc: 'What the agent keeps: its identity, the state of its beats.',
    format: text,
    default: 'data',
  },
  logs: {
    doc: 'Where log files go.',
    format: text,
    default: 'logs',
  },
}

const memoryQueueSchema: Schema<MemoryQueueSettings> = {
  events: {
    doc: 'How many events the queue holds; when it is full, beats wait.',
    format: integer(1, 10_000_000),
    default: 3200,
  },
  flush: {
    min_events: {
      doc: 'So many events make a batch at once, and no batch has more. May not exceed events.',
      format: integer(1, 10_000_000),
      default: 1600,
    },
    timeout: {
      // Beats wait for 10s: too long for who watches a console, and a host has few events a second.
      doc: 'How long events wait for a batch to fill. 0 sends them as they come.',
      format: duration,
      default: 1000,
    },
  },
}

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

/** The keys every beat has, as written. */
interface BeatKeys {
  readonly type: string
  readonly id: string
  readonly enabled: boolean
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, unknown>>
  readonly fields_under_root: boolean
}

/** An id names files below path.data and metrics. */
export const ID = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/

const id = defineFormat({
  expected: 'must be up to 100 letters, digits, "-", "_" or ".", not beginning with "."',
  parse: written =>
    typeof written === 'string' && (written === '' || ID.test(written)) ? written : undefined,
})

export const beatSchema: Schema<BeatKeys> = {
  type: {
    doc: 'A beat that comes with the agent, the name of a package, or a path from path.config.',
    format: text,
    default: null,
  },
  id: {
    doc: 'Names it in logs, metrics and state; unique. Empty: what its type is called.',
    format: id,
    default: '',
  },
  enabled: { doc: 'Whether it runs.', format: Boolean, default: true },
  tags: { doc: 'Further tags, for its events alone.', format: listOf(text), default: [] },
  fields: { doc: 'Further fields, for its events alone.', format: Object, default: {} },
  fields_under_root: {
    doc: 'Put these fields at the top of the event.',
    format: Boolean,
    default: false,
  },
}
