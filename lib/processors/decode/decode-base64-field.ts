import { failOnError, ignoreMissing } from '../change/pairs.ts'
import { type Field, fieldOf, put, requiredAt, requireText, valueAt } from '../field.ts'
import { fieldName, inPlaceProblems, targetOrNone } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'

interface DecodeBase64FieldSettings {
  readonly field: { readonly from: string; readonly to: string }
  readonly ignore_missing: boolean
  readonly fail_on_error: boolean
}

/** Decodes base64, with the settings of Beats' processor of this name. */
export default defineTouching<DecodeBase64FieldSettings>({
  name: 'decode_base64_field',
  schema: {
    field: {
      from: { doc: 'The field with the base64 text.', format: fieldName, default: null },
      to: {
        doc: "The field for what it decodes to. It is replaced if the event has it. '': `from` itself.",
        format: targetOrNone,
        default: '',
      },
    },
    ignore_missing: ignoreMissing,
    fail_on_error: failOnError,
  },
  touches: ({ field }) => topKeysOf(field.from, field.to === '' ? field.from : field.to),
  check: ({ field: { from, to } }) => (to === '' ? inPlaceProblems(['field', 'from'], from) : []),
  open({ settings: { field, ignore_missing, fail_on_error } }) {
    const from = fieldOf(field.from)
    const to = fieldOf(field.to === '' ? field.from : field.to)
    return {
      process(event) {
        if (ignore_missing && valueAt(event, from) === undefined) return event
        try {
          put(event, to, decoded(requireText(requiredAt(event, from), from), from))
        } catch (thrown) {
          if (fail_on_error) throw thrown
        }
        return event
      },
    }
  },
})

/** Padding may be missing, and line ends don't count, as in Go. */
function decoded(text: string, { name }: Field): string {
  let end = text.length
  while (text.endsWith('=', end)) end--
  const digits = text.slice(0, end).replaceAll(/[\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) {
    throw new Error(`the field ${name} is no base64`)
  }
  return Buffer.from(digits, 'base64').toString()
}
