import type { Schema } from 'convict'
import { LOG_LEVELS, type LoggingSettings } from '../config.ts'
import { bytesFrom } from '../schema/bytes.ts'
import { fileMode } from '../schema/file-mode.ts'
import { defineFormat, integer, oneOf } from '../schema/formats.ts'

const fileName = defineFormat({
  expected: 'must be the name of a file, without a folder (that is path.logs)',
  parse: written =>
    typeof written === 'string' && /^[^/\\\0]+$/.test(written) && !/^\.+$/.test(written)
      ? written
      : undefined,
})

export const loggingSchema: Schema<LoggingSettings> = {
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
}
