import { defineProcessor, type MutableEvent } from '../../processor.ts'
import {
  copyOf,
  type Field,
  fieldOf,
  isMap,
  keysOf,
  kindOf,
  put,
  requireNone,
  type Undo,
  valueAt,
} from '../field.ts'
import { fieldName, isTarget, mapping, type Pair } from '../field-formats.ts'
import { allOrNothing } from '../undo.ts'
import { failOnError, ignoreMissing } from './pairs.ts'

interface ExtractArraySettings {
  readonly field: string
  readonly mappings: readonly Pair<number>[]
  readonly ignore_missing: boolean
  readonly overwrite_keys: boolean
  readonly omit_empty: boolean
  readonly fail_on_error: boolean
}

interface Target {
  readonly field: Field
  readonly index: number
}

const indexes = mapping(
  'must be a map of fields to positions from 0, such as { source.ip: 0 }',
  (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
  isTarget,
)

/** Sets fields to the items of a list, with the settings of Beats' processor of this name. */
export default defineProcessor<ExtractArraySettings>({
  name: 'extract_array',
  schema: {
    field: { doc: 'The list.', format: fieldName, default: null },
    mappings: {
      doc: 'The fields to set and the position of the item that each gets. The first is 0.',
      format: indexes,
      default: null,
    },
    ignore_missing: ignoreMissing,
    overwrite_keys: {
      doc: 'Fields that the event has are replaced. Otherwise they are a failure.',
      format: Boolean,
      default: false,
    },
    omit_empty: {
      doc: 'Empty items (empty text, lists and maps, null) set no field.',
      format: Boolean,
      default: false,
    },
    fail_on_error: failOnError,
  },
  open({ settings }) {
    const field = fieldOf(settings.field)
    const targets = settings.mappings
      .map(([name, index]) => ({ field: fieldOf(name), index }))
      .sort((a, b) => a.index - b.index)
    const set = (event: MutableEvent, list: readonly unknown[], target: Target, undo?: Undo) => {
      try {
        setItem(event, list, target, settings, undo)
      } catch (thrown) {
        if (settings.fail_on_error) throw thrown
      }
    }
    return {
      process: allOrNothing(settings.fail_on_error && targets.length > 1, (event, undo) => {
        const list = valueAt(event, field)
        if (Array.isArray(list)) for (const target of targets) set(event, list, target, undo)
        else if (list === undefined && settings.ignore_missing) return
        else if (settings.fail_on_error) throw notList(field, list)
      }),
    }
  },
})

function setItem(
  event: MutableEvent,
  list: readonly unknown[],
  { field, index }: Target,
  { omit_empty, overwrite_keys }: ExtractArraySettings,
  undo: Undo | undefined,
): void {
  if (index >= list.length) {
    throw new Error(`the list has ${list.length} items, none for ${field.name} at ${index}`)
  }
  const item = list[index]
  if (omit_empty && isEmpty(item)) return
  if (!overwrite_keys) requireNone(event, field)
  put(event, field, copyOf(item), undo)
}

function isEmpty(item: unknown): boolean {
  if (Array.isArray(item)) return item.length === 0
  if (isMap(item)) return keysOf(item).length === 0
  return item === '' || item === null || item === undefined
}

function notList({ name }: Field, value: unknown): Error {
  if (value === undefined) return new Error(`the field ${name} is missing`)
  return new TypeError(`the field ${name} is ${kindOf(value)}, not a list`)
}
