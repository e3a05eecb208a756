import { setOwn } from '../../own-field.ts'
import { defineProcessor, type MutableEvent } from '../../processor.ts'
import { type Field, fieldOf, put, roomFor, valueAt } from '../field.ts'
import { eachField, nameList, nameListOf } from './name-list.ts'

interface IncludeFieldsSettings {
  readonly fields: readonly string[]
}

const ALWAYS: readonly string[] = ['@timestamp', '@metadata', 'type']

/** Keeps fields and drops all others, with the settings of Beats' processor of this name. */
export default defineProcessor<IncludeFieldsSettings>({
  name: 'include_fields',
  schema: {
    fields: {
      doc: 'The fields to keep, besides `@timestamp`, `@metadata` and `type`, which are always kept. What is between slashes is a regular expression of names.',
      format: nameList,
      default: null,
    },
  },
  open({ settings }) {
    const { names, matches } = nameListOf(settings.fields)
    const fields = [...new Set([...ALWAYS, ...names])].map(fieldOf)
    return {
      process(event) {
        const kept: MutableEvent = {}
        for (const field of fields) {
          const value = valueAt(event, field)
          if (value !== undefined) keep(kept, field, value)
        }
        if (matches !== undefined) keepMatching(event, kept, matches)
        return kept
      },
    }
  },
})

function keep(kept: MutableEvent, field: Field, value: unknown): void {
  // Where the event has both `a` and `a.b`, only the key itself can hold the second.
  if (roomFor(kept, field) === 'blocked') setOwn(kept, field.name, value)
  else put(kept, field, value)
}

function keepMatching(
  event: MutableEvent,
  kept: MutableEvent,
  matches: (name: string) => boolean,
): void {
  eachField(event, (map, key, name) => {
    const isKept = matches(name)
    if (isKept) keep(kept, fieldOf(name), map[key])
    return isKept
  })
}
