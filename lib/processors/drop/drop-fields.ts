import { setOwn } from '../../own-field.ts'
import type { MutableEvent } from '../../processor.ts'
import { ignoreMissing } from '../change/pairs.ts'
import { type Field, fieldOf, isMap, remove } from '../field.ts'
import { defineTouching, topKeysOf } from '../touching.ts'
import { eachField, nameList, nameListOf } from './name-list.ts'

interface DropFieldsSettings {
  readonly fields: readonly string[]
  readonly ignore_missing: boolean
}

/** Fields that Beats never drops. */
const NEVER: readonly string[] = ['@timestamp', 'type']

/** Drops fields, with the settings of Beats' processor of this name. */
export default defineTouching<DropFieldsSettings>({
  name: 'drop_fields',
  schema: {
    fields: {
      doc: 'The fields to drop. `@timestamp` and `type` stay even if they are listed. What is between slashes is a regular expression of names.',
      format: nameList,
      default: null,
    },
    ignore_missing: ignoreMissing,
  },
  isPure: true,
  touches({ fields }) {
    const { names, matches } = nameListOf(fields)
    return matches === undefined ? topKeysOf(...names) : undefined
  },
  open({ settings: { fields, ignore_missing } }) {
    const { names, matches } = nameListOf(fields)
    const dropped = names.filter(name => !NEVER.includes(name)).map(fieldOf)
    return {
      process(event) {
        if (matches !== undefined) dropMatching(event, matches)
        const missing: Field[] = []
        for (const field of dropped) {
          if (remove(event, field) === undefined && !ignore_missing) missing.push(field)
        }
        if (missing.length > 0) note(event, missing)
        return event
      },
    }
  },
})

function dropMatching(event: MutableEvent, matches: (name: string) => boolean): void {
  eachField(event, (map, key, name) => {
    const isDropped = matches(name)
    if (isDropped) setOwn(map, key, undefined)
    return isDropped
  })
}

/**
 * Does not throw: the event would get back what has been dropped, and what is dropped is often what must not
 * be sent.
 */
function note(event: MutableEvent, missing: readonly Field[]): void {
  const names = missing.map(({ name }) => name).join(', ')
  const message = `drop_fields: missing: ${names}`
  const { error } = event
  setOwn(event, 'error', { ...(isMap(error) ? error : {}), message })
}
