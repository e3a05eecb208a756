import type { Schema } from 'convict'
import { durationFrom } from '../schema/duration.ts'
import { listOf, text } from '../schema/formats.ts'

export interface GeneralSettings {
  readonly name: string
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, unknown>>
  readonly fields_under_root: boolean
  readonly shutdown_timeout: number
}

export const generalSchema: Schema<GeneralSettings> = {
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
