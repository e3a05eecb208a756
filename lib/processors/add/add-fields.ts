import { defineFormat } from '../../config/schema/formats.ts'
import { type Fields, isMap, mergeInto } from '../field.ts'
import { isTarget } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'

interface AddFieldsSettings {
  readonly target: string
  readonly fields: Readonly<Fields>
}

const METADATA = '@metadata'

const target = defineFormat({
  expected:
    "must be the name of a field that can be set, such as labels, a.b or @metadata; '' is the top level of the event",
  parse: written => {
    if (typeof written !== 'string') return undefined
    return written === '' || written === METADATA || isTarget(written) ? written : undefined
  },
})

const fields = defineFormat({
  expected: `must be a map of fields, without ${METADATA}`,
  parse: written => (isMap(written) && !Object.hasOwn(written, METADATA) ? written : undefined),
})

/** Adds fields to every event, with the settings of Beats' processor of this name. */
export default defineTouching<AddFieldsSettings>({
  name: 'add_fields',
  schema: {
    target: {
      doc: "The field below which the fields are added, such as labels or a.b. '': the top level of the event.",
      format: target,
      default: 'fields',
    },
    fields: {
      doc: 'The fields to add. They replace those that the event has; maps are merged.',
      format: fields,
      default: null,
    },
  },
  isPure: true,
  touches: ({ target, fields }) => (target === '' ? Object.keys(fields) : topKeysOf(target)),
  check: ({ target, fields }) =>
    target === '' && Object.hasOwn(fields, '@timestamp')
      ? [{ path: ['fields', '@timestamp'], message: 'must not be set (timestamp sets it)' }]
      : [],
  open({ settings }) {
    const keys = keysOf(settings.target)
    const added = keys.reduceRight<Fields>((below, key) => ({ [key]: below }), settings.fields)
    return { process: event => mergeInto(event, added) }
  },
})

function keysOf(path: string): readonly string[] {
  return path === '' ? [] : path.split('.')
}
