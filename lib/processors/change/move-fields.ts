import { defineFormat } from '../../config/schema/formats.ts'
import { defineProcessor } from '../../processor.ts'
import {
  type Field,
  fieldOf,
  hasFields,
  keysOf,
  kindOf,
  put,
  remove,
  requiredAt,
  valueAt,
} from '../field.ts'
import { fieldNames, fieldOrNone, isTarget, targetName } from '../field-formats.ts'
import { allOrNothing } from '../undo.ts'
import { ignoreMissing } from './pairs.ts'

interface MoveFieldsSettings {
  readonly from: string
  readonly fields: readonly string[]
  readonly exclude: readonly string[]
  readonly to: string
  readonly ignore_missing: boolean
}

/** The event's own: its time, and where an output sends it. */
const KEPT: readonly string[] = ['@timestamp', '@metadata']

interface Move {
  readonly from: Field
  readonly to: Field
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
      format: fieldOrNone,
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
  check: ({ from, fields, to }) =>
    fields.flatMap((name, at) => {
      const path = ['fields', at]
      if (from === '' && KEPT.includes(name)) {
        return [{ path, message: `must not be ${name}, which every event keeps` }]
      }
      return isTarget(to + name) ? [] : [{ path, message: `must not become ${to}${name}` }]
    }),
  open({ settings: { from, fields, exclude, to, ignore_missing } }) {
    const source = from === '' ? undefined : fieldOf(from)
    const moveOf = (name: string): Move => {
      if (!isTarget(to + name)) throw new Error(`the field ${to}${name} can't be set`)
      return { from: fieldOf(name), to: fieldOf(to + name) }
    }
    const listed = fields.filter(name => !exclude.includes(name))
    const moves = fields.length > 0 ? listed.map(moveOf) : undefined
    const stays = new Set([...exclude, ...KEPT])
    return {
      process: allOrNothing(true, (event, undo) => {
        const map = source === undefined ? event : requiredAt(event, source)
        if (!hasFields(map)) throw new TypeError(`the field ${from} is ${kindOf(map)}, not a map`)
        const all =
          moves ??
          keysOf(map)
            .filter(key => !stays.has(key))
            .map(moveOf)
        for (const each of all) {
          const value = ignore_missing ? valueAt(map, each.from) : requiredAt(map, each.from)
          if (value === undefined) continue
          remove(map, each.from, undo)
          put(event, each.to, value, undo)
        }
      }),
    }
  },
})
