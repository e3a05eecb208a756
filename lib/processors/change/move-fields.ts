import { defineFormat } from '../../config/schema/formats.ts'
import { defineProcessor } from '../../processor.ts'
import { fieldOf, isMap, kindOf, put, remove, requiredAt, valueAt } from '../field.ts'
import { fieldNames, targetName } from '../field-formats.ts'
import { ignoreMissing } from './pairs.ts'

interface MoveFieldsSettings {
  readonly from: string
  readonly fields: readonly string[]
  readonly exclude: readonly string[]
  readonly to: string
  readonly ignore_missing: boolean
}

const prefix = defineFormat({
  expected: 'must be the begin of the new names, such as old. or old_',
  parse: written => {
    if (typeof written !== 'string') return undefined
    try {
      targetName(`${written}x`)
      return written
    } catch {
      return undefined
    }
  },
})

/** Moves fields to names with a common begin, with the settings of Beats' processor of this name. */
export default defineProcessor<MoveFieldsSettings>({
  name: 'move_fields',
  schema: {
    from: {
      doc: "The map whose fields are moved. '': the event itself.",
      format: String,
      default: '',
    },
    fields: {
      doc: 'The fields to move, by their names in that map. None: all of them.',
      format: fieldNames,
      default: [],
    },
    exclude: { doc: 'Fields that stay.', format: fieldNames, default: [] },
    to: {
      doc: 'The begin of the new names, to which the old name is appended: `old.` moves `a` to `old.a`.',
      format: prefix,
      default: null,
    },
    ignore_missing: ignoreMissing,
  },
  open({ settings: { from, fields, exclude, to, ignore_missing } }) {
    const source = from === '' ? undefined : fieldOf(from)
    const listed = fields.filter(name => !exclude.includes(name))
    const stays = new Set([...exclude, '@timestamp', '@metadata'])
    return {
      process(event) {
        const map = source === undefined ? event : requiredAt(event, source)
        if (!isMap(map)) throw new TypeError(`the field ${from} is ${kindOf(map)}, not a map`)
        const names = fields.length > 0 ? listed : Object.keys(map).filter(key => !stays.has(key))
        for (const name of names) {
          const field = fieldOf(name)
          const value = ignore_missing ? valueAt(map, field) : requiredAt(map, field)
          if (value === undefined) continue
          remove(map, field)
          put(event, fieldOf(to + name), value)
        }
        return event
      },
    }
  },
})
