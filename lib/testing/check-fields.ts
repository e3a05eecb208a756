import { isIP } from 'node:net'
import type { Event, FieldType, FieldTypes } from '../event.ts'
import { flatten } from './check-events.ts'

/** Of every event; the framework has their types. */
const OF_ALL = ['@timestamp', '@metadata', 'tags']

/** Returns the fields of the events that are not as the beat declares them, each once. */
export function checkFields(events: readonly Event[], types: FieldTypes): readonly string[] {
  const found = new Set<string>()
  for (const { name, value } of events.flatMap(event => [...flatten(event)])) {
    if (value === null || OF_ALL.some(known => name === known || name.startsWith(`${known}.`))) {
      continue
    }
    const type = typeOf(name, types)
    if (type === undefined) found.add(`"${name}" is not in "fields"`)
    else if (![value].flat().every(each => FITS[type](each))) {
      found.add(`"${name}" is no ${type}, which "fields" says it is`)
    }
  }
  return [...found]
}

/** Its own, or that of the nearest `a.b.*`. */
function typeOf(name: string, types: FieldTypes): FieldType | undefined {
  const parts = name.split('.')
  const wild = parts.slice(1).map((_, at) => `${parts.slice(0, parts.length - 1 - at).join('.')}.*`)
  return [name, ...wild].map(each => types[each]).find(type => type !== undefined)
}

const isText = (value: unknown) => typeof value === 'string'
const isTime = (value: unknown) => value instanceof Date || !Number.isNaN(Date.parse(`${value}`))

const FITS: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  keyword: value => isText(value) || typeof value === 'number',
  text: isText,
  long: value => Number.isSafeInteger(value),
  float: value => typeof value === 'number',
  boolean: value => typeof value === 'boolean',
  date: isTime,
  ip: value => isText(value) && isIP(String(value)) !== 0,
}
