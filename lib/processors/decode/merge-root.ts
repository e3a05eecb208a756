import { setOwn } from '../../own-field.ts'
import type { MutableEvent } from '../../processor.ts'
import { type Fields, isMap, ownValue, type Undo } from '../field.ts'

/**
 * Merges a decoded map into an event. Without `overwrites`, the event keeps every field that it has, and
 * its time and `@metadata` are not touched.
 *
 * @returns what of `@timestamp`, `@metadata` and `type` can't be taken over, and has not been
 */
export function mergeIntoRoot(
  event: MutableEvent,
  decoded: Fields,
  overwrites: boolean,
  undo?: Undo,
): readonly string[] {
  if (!overwrites) {
    merge(event, without(decoded, ['@timestamp', '@metadata']), false, undo)
    return []
  }
  const at = ownValue(decoded, '@timestamp')
  const time = timeOf(at)
  const faults = [
    ...(at === undefined || time !== undefined ? [] : ['@timestamp']),
    ...(isMap(ownValue(decoded, '@metadata') ?? {}) ? [] : ['@metadata']),
    ...(isType(ownValue(decoded, 'type') ?? 'none') ? [] : ['type']),
  ]
  if (time !== undefined) {
    undo?.note(event, '@timestamp')
    event['@timestamp'] = time
  }
  merge(event, without(decoded, ['@timestamp', ...faults]), true, undo)
  return faults
}

/** Elasticsearch keeps names with an underscore in front for itself. */
function isType(value: unknown): boolean {
  return typeof value === 'string' && /^[^_]/.test(value)
}

function timeOf(at: unknown): string | undefined {
  const text = typeof at === 'string' ? at : ''
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)$/.test(text)
  const ms = isTime ? Date.parse(text.replace(',', '.').replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : NaN
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

function without(map: Fields, keys: readonly string[]): Fields {
  if (!keys.some(key => Object.hasOwn(map, key))) return map
  const rest: Fields = {}
  for (const key of Object.keys(map)) if (!keys.includes(key)) setOwn(rest, key, map[key])
  return rest
}

function merge(into: Fields, from: Fields, overwrites: boolean, undo: Undo | undefined): void {
  for (const key of Object.keys(from)) {
    const [known, value] = [ownValue(into, key), from[key]]
    if (value === undefined) continue
    if (isMap(known) && isMap(value)) merge(known, value, overwrites, undo)
    else if (overwrites || known === undefined) {
      undo?.note(into, key)
      setOwn(into, key, value)
    }
  }
}
