import { defineProcessor, type MutableEvent } from '../../processor.ts'
import { define, fieldOf, put, roomFor, valueAt } from '../field.ts'
import { nameList } from './name-list.ts'

interface IncludeFieldsSettings {
  readonly fields: readonly string[]
}

const ALWAYS: readonly string[] = ['@timestamp', '@metadata', 'type']

/** Keeps fields and drops all others, with the settings of Beats' processor of this name. */
export default defineProcessor<IncludeFieldsSettings>({
  name: 'include_fields',
  schema: {
    fields: {
      doc: 'The fields to keep, besides `@timestamp`, `@metadata` and `type`, which are always kept.',
      format: nameList,
      default: null,
    },
  },
  open({ settings }) {
    const fields = [...new Set([...ALWAYS, ...settings.fields])].map(fieldOf)
    return {
      process(event) {
        const kept: MutableEvent = {}
        for (const field of fields) {
          const value = valueAt(event, field)
          if (value === undefined) continue
          // Where the event has both `a` and `a.b`, only the key itself can hold the second.
          if (roomFor(kept, field) === 'blocked') define(kept, field.name, value)
          else put(kept, field, value)
        }
        return kept
      },
    }
  },
})
