// The schemas of the agent's own settings. Each `doc` is the comment above its setting in config/beat.yml.

import type { Schema } from 'convict'
import { LOG_FORMATS, LOG_LEVELS, type LoggingSettings, type PathSettings } from './config.ts'
import { queueSchema, type WrittenQueue } from './queue.ts'
import { type SandboxSections, sandboxSchema } from './sandbox-sections.ts'
import { bytesFrom } from './schema/bytes.ts'
import { durationFrom } from './schema/duration.ts'
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
    doc: 'The name of this agent in its events (agent.name) and its log (service.name). Empty: the host name, and in the log the name of the program.',
    format: String,
    default: '',
  },
  tags: {
    doc: 'Tags that every event carries.',
    format: listOf(text),
    default: [],
  },
  fields: {
    doc: 'Extra data that every event carries, below fields.',
    format: Object,
    default: {},
  },
  fields_under_root: {
    doc: 'Put the contents of fields at the top level of the event instead of below fields.',
    format: Boolean,
    default: false,
  },
  shutdown_timeout: {
    doc: 'How long a stop may take. Beats and the queue that have not finished by then are cut short.',
    format: durationFrom(1),
    default: 30_000,
  },
}

const fileName = defineFormat({
  expected: 'must be a file name without a folder (the folder is path.logs)',
  parse: written =>
    typeof written === 'string' && /^[^/\\\0]+$/.test(written) && !/^\.+$/.test(written)
      ? written
      : undefined,
})

const loggingSchema: Schema<LoggingSettings> = {
  level: {
    doc: `The lowest level to log, one of ${LOG_LEVELS.join(', ')}.`,
    format: oneOf(LOG_LEVELS),
    default: 'info',
  },
  to_stderr: {
    doc: 'Log to standard error, where journald and containers pick it up.',
    format: Boolean,
    default: true,
  },
  format: {
    doc: 'Of standard error: json, pretty for people, or auto: pretty on a terminal, else json.',
    format: oneOf(LOG_FORMATS),
    default: 'auto',
  },
  to_files: {
    doc: 'Log to files in path.logs, as JSON.',
    format: Boolean,
    default: false,
  },
  files: {
    name: {
      doc: 'Base name of the log files: .ndjson follows it, then a number for rotated files.',
      format: fileName,
      default: 'sealbeat',
    },
    rotateeverybytes: {
      doc: 'Start a new file when the current one would grow beyond this size.',
      format: bytesFrom(1024),
      default: 10 * 1024 * 1024,
    },
    keepfiles: {
      doc: 'How many files to keep besides the current one, from 2 to 1024.',
      format: integer(2, 1024),
      default: 7,
    },
    permissions: {
      doc: 'File mode of the log files.',
      format: fileMode,
      default: 0o600,
    },
  },
  metrics: {
    enabled: {
      doc: 'Log metrics of the agent regularly: events, beats, output, memory.',
      format: Boolean,
      default: true,
    },
    period: {
      doc: 'How often to log metrics. Values of 0 are left out.',
      format: durationFrom(1000),
      default: 30_000,
    },
  },
}

/** The paths as written; `absolutePaths` turns them into those that the agent uses. */
const pathSchema: Schema<PathSettings> = {
  home: {
    doc: 'The folder that the other paths are relative to; itself relative to the working directory.',
    format: text,
    default: '.',
  },
  config: {
    doc: 'The folder that paths of plugins are relative to. Empty: the folder of the first configuration file.',
    format: String,
    default: '',
  },
  data: {
    doc: "The folder of the agent's data: its identity and the state of its beats.",
    format: text,
    default: 'data',
  },
  logs: {
    doc: 'The folder of the log files.',
    format: text,
    default: 'logs',
  },
}

export interface AgentSettings extends GeneralSettings, SandboxSections {
  readonly processors: readonly unknown[]
  readonly beats: readonly unknown[]
  readonly output: Readonly<Record<string, unknown>>
  readonly queue: WrittenQueue
  readonly seccomp: unknown
  readonly logging: LoggingSettings
  readonly path: PathSettings
}

/** All of beat.yml except what is below `beats`, `processors`, `output` and `seccomp`, which have parsers. */
export const agentSchema: Schema<AgentSettings> = {
  ...generalSchema,
  beats: {
    doc: 'The beats to run. At least one must be enabled.',
    format: Array,
    default: [],
    elsewhere: true,
  },
  processors: {
    doc: 'Steps that the events of all beats pass, one after the other: each changes an event or drops it.',
    format: Array,
    default: [],
    elsewhere: true,
  },
  output: {
    doc: 'Where events go: exactly one output.',
    format: Object,
    default: {},
    elsewhere: true,
  },
  queue: queueSchema,
  seccomp: {
    doc: 'The system call filter of the whole process.',
    format: '*',
    default: {},
    elsewhere: true,
  },
  ...sandboxSchema,
  logging: loggingSchema,
  path: pathSchema,
}

/** The keys that every beat has, as written. */
interface BeatKeys {
  readonly type: string
  readonly id: string
  readonly enabled: boolean
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, unknown>>
  readonly fields_under_root: boolean
  readonly processors: readonly unknown[]
}

/** An id is part of metrics and of file names below path.data. */
export const ID = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/

const id = defineFormat({
  expected: 'must be up to 100 letters, digits, "-", "_" or ".", not beginning with "."',
  parse: written =>
    typeof written === 'string' && (written === '' || ID.test(written)) ? written : undefined,
})

export const beatSchema: Schema<BeatKeys> = {
  type: {
    doc: 'A built-in beat, the name of a package, or a path relative to path.config.',
    format: text,
    default: null,
  },
  id: {
    doc: "The beat's unique name in logs, metrics and state. Empty: derived from type.",
    format: id,
    default: '',
  },
  enabled: { doc: 'Whether the beat runs.', format: Boolean, default: true },
  tags: { doc: 'More tags, for the events of this beat only.', format: listOf(text), default: [] },
  fields: { doc: 'More data, for the events of this beat only.', format: Object, default: {} },
  fields_under_root: {
    doc: 'Put the contents of fields at the top level of the event.',
    format: Boolean,
    default: false,
  },
  processors: {
    doc: 'Steps for the events of this beat only. They come before those of all beats.',
    format: Array,
    default: [],
    elsewhere: true,
  },
}
