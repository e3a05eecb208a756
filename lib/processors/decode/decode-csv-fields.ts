import { defineFormat } from '../../config/schema/formats.ts'
import { defineProcessor, type MutableEvent } from '../../processor.ts'
import { failOnError, ignoreMissing } from '../change/pairs.ts'
import {
  type Field,
  fieldOf,
  put,
  requiredAt,
  requireNone,
  requireText,
  type Undo,
  valueAt,
} from '../field.ts'
import { isTarget, mapping, type Pair } from '../field-formats.ts'
import { allOrNothing } from '../undo.ts'
import { type CsvOptions, firstRecord } from './csv.ts'

interface DecodeCsvFieldsSettings {
  readonly fields: readonly Pair<string>[]
  readonly separator: string
  readonly trim_leading_space: boolean
  readonly overwrite_keys: boolean
  readonly ignore_missing: boolean
  readonly fail_on_error: boolean
}

const targets = mapping(
  'must be a map of fields to the fields for their values, such as { message: csv }',
  (value): value is string => typeof value === 'string' && isTarget(value),
)

const separator = defineFormat({
  expected: 'must be one character, but no quotation mark and no line end',
  parse: written =>
    typeof written === 'string' && [...written].length === 1 && !/["\r\n\ufffd]/.test(written)
      ? written
      : undefined,
})

/** Decodes lines of CSV, with the settings of Beats' processor of this name. */
export default defineProcessor<DecodeCsvFieldsSettings>({
  name: 'decode_csv_fields',
  schema: {
    fields: {
      doc: 'Each field to decode, and the field for the list of its values, which may be the same.',
      format: targets,
      default: null,
    },
    separator: { doc: 'What is between two values.', format: separator, default: ',' },
    trim_leading_space: {
      doc: 'White space before a value is dropped, also before its quotation mark.',
      format: Boolean,
      default: false,
    },
    overwrite_keys: {
      doc: 'A field that the event has is replaced. Otherwise it is a failure.',
      format: Boolean,
      default: false,
    },
    ignore_missing: ignoreMissing,
    fail_on_error: failOnError,
  },
  check({ fields, overwrite_keys, ignore_missing, fail_on_error }) {
    if (overwrite_keys || ignore_missing || !fail_on_error) return []
    return fields.flatMap(([from, to], at) => {
      const [first] = fields.slice(0, at).find(([, other]) => other === to) ?? []
      const message = `must not be ${to}: that is for ${first} already`
      return first === undefined || from === to ? [] : [{ path: ['fields', from], message }]
    })
  },
  open({ settings }) {
    const { ignore_missing, overwrite_keys, fail_on_error } = settings
    const options = {
      separator: settings.separator,
      trimLeadingSpace: settings.trim_leading_space,
    }
    const pairs = settings.fields.map(([from, to]) => {
      return { from: fieldOf(from), to: fieldOf(to) }
    })
    const decode = (event: MutableEvent, from: Field, to: Field, undo: Undo | undefined) => {
      if (ignore_missing && valueAt(event, from) === undefined) return
      const values = decoded(requireText(requiredAt(event, from), from), from, options)
      if (from.name !== to.name && !overwrite_keys) requireNone(event, to)
      put(event, to, values, undo)
    }
    return {
      process: allOrNothing(fail_on_error && pairs.length > 1, (event, undo) => {
        for (const { from, to } of pairs) {
          try {
            decode(event, from, to, undo)
          } catch (thrown) {
            if (fail_on_error) throw thrown
          }
        }
      }),
    }
  },
})

function decoded(text: string, { name }: Field, options: CsvOptions): readonly string[] {
  const values = firstRecord(text, options)
  if (values === undefined) throw new Error(`the field ${name} has no line of CSV`)
  return values
}
