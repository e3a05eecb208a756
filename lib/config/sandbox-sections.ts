// `landlock`, `capabilities` and `user`: what confines the agent besides its filter.

import type { Schema } from 'convict'
import type { CapabilitiesMode, LandlockConfig } from './config.ts'
import { CAPABILITIES_MODES } from './config.ts'
import { defineFormat, integer, listOf, oneOf } from './schema/formats.ts'

const folder = defineFormat({
  expected: 'must be the absolute path of a folder',
  parse: written =>
    typeof written === 'string' && /^\/[^\0\n\r]*$/.test(written) ? written : undefined,
})

const port = integer(1, 65_535)

const landlockSchema: Schema<LandlockConfig> = {
  enabled: {
    doc: 'Whether the agent confines itself by Landlock. Without it, code in the agent may do with files and TCP ports whatever its user may.',
    format: Boolean,
    default: true,
  },
  required: {
    doc: 'Refuse to run (exit code 77) if the kernel has no Landlock or a thread stays outside.',
    format: Boolean,
    default: false,
  },
  reads: {
    doc: 'Folders whose files may be read, besides what the agent itself and its plugins need. Empty: all files that the user may read.',
    format: listOf(folder),
    default: [],
  },
  writes: {
    doc: 'Folders in which files may be written, besides path.data, path.logs if it is used, and what plugins declare.',
    format: listOf(folder),
    default: [],
  },
  connects: {
    doc: 'TCP ports of other hosts that may be connected to, besides those that plugins declare.',
    format: listOf(port),
    default: [],
  },
  listens: {
    doc: 'TCP ports of this host that may be listened on, besides those that plugins declare.',
    format: listOf(port),
    default: [],
  },
}

export interface SandboxSections {
  readonly landlock: LandlockConfig
  readonly capabilities: CapabilitiesMode
  readonly user: string
}

export const sandboxSchema: Schema<SandboxSections> = {
  landlock: landlockSchema,
  capabilities: {
    doc: 'drop: capabilities are dropped once everything is open, except those that a plugin declares for its whole life; required: the same, and the agent refuses to run (exit code 77) where a thread keeps some; keep: they stay.',
    format: oneOf(CAPABILITIES_MODES),
    default: 'drop',
  },
  user: {
    doc: 'The user that an agent started as root becomes once everything is open: a name, a uid, or uid:gid. Empty: the user that started it.',
    format: String,
    default: '',
  },
}
