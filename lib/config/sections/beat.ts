import type { Schema } from 'convict'
import { defineFormat, listOf, text } from '../schema/formats.ts'

/** The keys every beat has, as written. */
export interface BeatKeys {
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
