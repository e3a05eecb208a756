import type { Schema } from 'convict'
import type { PathSettings } from '../config.ts'
import { text } from '../schema/formats.ts'

/** As written; `absolutePaths` makes of it what the agent uses. */
export const pathSchema: Schema<PathSettings> = {
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
