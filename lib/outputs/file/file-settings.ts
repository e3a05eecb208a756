import type { Schema } from 'convict'
import { fileMode } from '../../config/schema/file-mode.ts'
import { defineFormat, integer, oneOf, text } from '../../config/schema/formats.ts'
import { SYNC_MODES, type SyncMode } from './rotating-file.ts'

export interface FileSettings {
  readonly path: string
  readonly filename: string
  readonly rotate_every_kb: number
  readonly number_of_files: number
  readonly permissions: number
  readonly rotate_on_startup: boolean
  readonly sync: SyncMode
}

const fileName = defineFormat({
  expected: 'must be a file name without a folder (the folder is path)',
  parse: written =>
    typeof written === 'string' && /^[^/\0]+$/.test(written) && !/^\.+$/.test(written)
      ? written
      : undefined,
})

/** The settings of Beats' `output.file`. Only the default of `rotate_on_startup` differs; see its doc. */
export const fileSchema: Schema<FileSettings> = {
  path: {
    doc: 'Folder of the files, created if missing. A relative path is below path.data. Required.',
    format: text,
    default: null,
  },
  filename: {
    doc: 'Name of the file being written. Rotated files have .1 (the newest), .2 and so on appended.',
    format: fileName,
    default: 'events.ndjson',
  },
  rotate_every_kb: {
    doc: 'Maximum size of a file, in kilobytes of 1024 bytes.',
    format: integer(1, 2 ** 30),
    default: 10_240,
  },
  number_of_files: {
    doc: 'How many files to keep, including the one being written, from 2 to 1024. The oldest is removed.',
    format: integer(2, 1024),
    default: 7,
  },
  permissions: {
    doc: 'File mode of every file.',
    format: fileMode,
    default: 0o600,
  },
  rotate_on_startup: {
    doc: 'Begin each start with an empty file. Off, unlike in Beats: an agent that is restarted again and again would rotate away everything it has written.',
    format: Boolean,
    default: false,
  },
  sync: {
    doc: 'What a power cut can lose of the confirmed events: with batch nothing, as every batch is synced first; with interval those of the last second; with none what the kernel has not written yet.',
    format: oneOf(SYNC_MODES),
    default: 'none',
  },
}
