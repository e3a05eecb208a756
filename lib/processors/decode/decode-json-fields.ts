import { integer } from '../../config/schema/formats.ts'
import { messageOf } from '../../errors.ts'
import { setOwn } from '../../own-field.ts'
import { defineProcessor, type MutableEvent } from '../../processor.ts'
import {
  type Field,
  type Fields,
  fieldOf,
  isMap,
  ownValue,
  put,
  remove,
  type Undo,
  valueAt,
} from '../field.ts'
import { fieldName, fieldNames, inPlaceProblems, targetOrNone } from '../field-formats.ts'
import { allOrNothing } from '../undo.ts'
import { expanded } from './expand.ts'
import { parseJson } from './json.ts'
import { mergeIntoRoot } from './merge-root.ts'

interface DecodeJsonFieldsSettings {
  readonly fields: readonly string[]
  readonly process_array: boolean
  readonly max_depth: number
  readonly target: string | null
  readonly overwrite_keys: boolean
  readonly expand_keys: boolean
  readonly add_error_key: boolean
  readonly document_id: string | null
}

const ID = fieldOf('@metadata._id')

/** Decodes JSON, with the settings of Beats' processor of this name. */
export default defineProcessor<DecodeJsonFieldsSettings>({
  name: 'decode_json_fields',
  schema: {
    fields: {
      doc: 'The fields with JSON. One that is missing or no text is left as it is.',
      format: fieldNames,
      default: null,
    },
    process_array: {
      doc: 'Whether text inside lists is decoded too, where `max_depth` is above 1.',
      format: Boolean,
      default: false,
    },
    max_depth: {
      doc: 'How often text inside what was decoded is decoded again: 1 is not at all.',
      format: integer(1),
      default: 1,
    },
    target: {
      doc: "The field for what was decoded. Left out: the field itself. '': the top level of the event.",
      format: targetOrNone,
      nullable: true,
      default: null,
    },
    overwrite_keys: {
      doc: 'Whether fields at the top level of the event are replaced.',
      format: Boolean,
      default: false,
    },
    expand_keys: {
      doc: 'Whether keys with dots become maps.',
      format: Boolean,
      default: false,
    },
    add_error_key: {
      doc: 'What can not be decoded is no failure, but described in `error`.',
      format: Boolean,
      default: false,
    },
    document_id: {
      doc: 'A key of what was decoded that becomes `@metadata._id` and is removed.',
      format: fieldName,
      nullable: true,
      default: null,
    },
  },
  check: ({ fields, target }) =>
    target === null ? fields.flatMap((name, at) => inPlaceProblems(['fields', at], name)) : [],
  open({ settings }) {
    const fields = settings.fields.map(fieldOf)
    const decode = decoderOf(settings)
    return {
      process: allOrNothing(!settings.add_error_key, (event, undo) => {
        for (const field of fields) {
          const text = valueAt(event, field)
          if (typeof text !== 'string') continue
          try {
            decode(event, field, text, undo)
          } catch (thrown) {
            const message = `the field ${field.name}: ${messageOf(thrown)}`
            if (!settings.add_error_key) throw new Error(message)
            setOwn(event, 'error', { message, data: text, field: field.name, type: 'json' })
          }
        }
      }),
    }
  },
})

function decoderOf(settings: DecodeJsonFieldsSettings) {
  const { max_depth, process_array, expand_keys, overwrite_keys } = settings
  const target = settings.target === null ? undefined : fieldOf(settings.target)
  const id = settings.document_id === null ? undefined : fieldOf(settings.document_id)
  return (event: MutableEvent, field: Field, text: string, undo: Undo | undefined): void => {
    const decoded = unpacked(text, max_depth, process_array)
    const documentId = id && isMap(decoded) ? takeId(decoded, id) : undefined
    const value = expand_keys && isMap(decoded) ? expanded(decoded) : decoded
    if (target?.name === '') {
      if (!isMap(value)) throw new Error('only a map can become the top level of the event')
      const faults = mergeIntoRoot(event, value, overwrite_keys, undo)
      if (faults.length > 0 && settings.add_error_key) {
        const message = `the field ${field.name}: not taken over: ${faults.join(', ')}`
        setOwn(event, 'error', { message, field: field.name, type: 'json' })
      }
    } else {
      put(event, target ?? field, value, undo)
    }
    if (documentId !== undefined) put(event, ID, documentId, undo)
  }
}

/** Only text can be an id. */
function takeId(decoded: Fields, id: Field): string | undefined {
  const value = valueAt(decoded, id)
  if (typeof value !== 'string' || value === '') return undefined
  remove(decoded, id)
  return value
}

function unpacked(text: string, depth: number, lists: boolean): unknown {
  const value = parseJson(text)
  if (depth === 1) return value
  if (Array.isArray(value)) {
    if (!lists) throw new Error('a list, which process_array leaves out')
    return value.map(item => unpackedInside(item, depth - 1, lists))
  }
  if (!isMap(value)) return value
  for (const key of Object.keys(value)) {
    setOwn(value, key, unpackedInside(ownValue(value, key), depth - 1, lists))
  }
  return value
}

/** What is no map and no list, such as `"12"`, stays text, and so does what is no JSON. */
function unpackedInside(value: unknown, depth: number, lists: boolean): unknown {
  if (typeof value !== 'string' || !looksStructured(value.trim())) return value
  try {
    return unpacked(value, depth, lists)
  } catch {
    return value
  }
}

function looksStructured(text: string): boolean {
  return (
    (text.startsWith('{') && text.endsWith('}')) || (text.startsWith('[') && text.endsWith(']'))
  )
}
