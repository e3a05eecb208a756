import type { Schema } from 'convict'
import { fileMode } from '../../config/schema/file-mode.ts'
import { defineFormat, integer, text } from '../../config/schema/formats.ts'

export interface FileSettings {
  readonly path: string
  readonly filename: string
  readonly rotate_every_kb: number
  readonly number_of_files: number
  readonly permissions: number
  readonly rotate_on_startup: boolean
}

const fileName = defineFormat({
  expected: 'must be the name of a file, without a folder (that is path)',
  parse: written =>
    typeof written === 'string' && /^[^/\0]+$/.test(written) && !/^\.+$/.test(written)
      ? written
      : undefined,
})

/** Beats' `output.file`, but for `rotate_on_startup`, which says why. */
export const fileSchema: Schema<FileSettings> = {
  path: {
    doc: 'Folder of the files, made where it is missing. A relative one lies below path.data. Required.',
    format: text,
    default: null,
  },
  filename: {
    doc: 'Name of the file being written; rotated ones get .1 (the newest), .2 and so on after it.',
    format: fileName,
    default: 'events.ndjson',
  },
  rotate_every_kb: {
    doc: 'Size in kilobytes (1024 bytes) above which no file grows.',
    format: integer(1, 2 ** 30),
    default: 10_240,
  },
  number_of_files: {
    doc: 'How many files to keep, the one being written included; the oldest goes. From 2 to 1024.',
    format: integer(2, 1024),
    default: 7,
  },
  permissions: {
    doc: 'Who may read them: the mode of every file.',
    format: fileMode,
    default: 0o600,
  },
  rotate_on_startup: {
    doc: 'Begin each start with an empty file. Off, unlike in Beats: an agent that is started again and again would push out all that it has written.',
    format: Boolean,
    default: false,
  },
}
