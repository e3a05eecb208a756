// Copies of events as JSON would make them, without the way through text: that takes five times as long.
//
// Most events are maps, lists, texts, numbers, true, false and null all through. Whatever else is in one (a
// Date, a BigInt, a toJSON, an item that is undefined) sends all of it through text after all, which is the
// reference for what becomes of it.

import { setOwn } from '../../own-field.ts'
import { stringify } from './encode.ts'

type Fields = Record<string, unknown>

/** A deep copy of what JSON carries of a map. Undefined if that is no map: it has a toJSON. */
export function dataCopy(map: object): Fields | undefined {
  const copy = plainCopy(map)
  if (copy !== undefined) return isMap(copy) ? copy : undefined
  const text: string | undefined = stringify(map)
  const data: unknown = text === undefined ? undefined : JSON.parse(text)
  return isMap(data) ? data : undefined
}

/** As `dataCopy` of any value; undefined if not all of it is as JSON has it. */
export function plainCopy(value: unknown): unknown {
  // Somebody has given every map in the process a field, which JSON would not see.
  for (const _ in EMPTY) return undefined
  const copy = copyOf(value, 0)
  return copy === UNLIKE ? undefined : copy
}

const EMPTY: object = {}
const UNLIKE = Symbol('not as JSON has it')
/** Deeper, or in itself: JSON.stringify decides. */
const DEEPEST = 100

function copyOf(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value
  switch (typeof value) {
    case 'boolean':
      return value
    case 'number':
      // Also -0, which is 0 in JSON, while neither NaN nor an infinity is in it.
      return value - value === 0 ? value + 0 : null
    case 'object':
      return value === null ? null : copyOfObject(value, depth)
    default:
      return UNLIKE
  }
}

function copyOfObject(value: object, depth: number): unknown {
  if (depth > DEEPEST || 'toJSON' in value) return UNLIKE
  return Array.isArray(value) ? copyOfList(value, depth) : copyOfMap(value, depth)
}

function copyOfList(list: readonly unknown[], depth: number): unknown {
  const copy: unknown[] = []
  for (let at = 0; at < list.length; at++) {
    const item = copyOf(list[at], depth + 1)
    if (item === UNLIKE) return UNLIKE
    copy.push(item)
  }
  return copy
}

function copyOfMap(map: Readonly<Fields> | object, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(map)
  if (prototype !== Object.prototype && prototype !== null) return UNLIKE
  const copy: Fields = {}
  for (const key in map) {
    const value = (map as Fields)[key]
    if (value === undefined) continue
    const own = copyOf(value, depth + 1)
    if (own === UNLIKE) return UNLIKE
    setOwn(copy, key, own)
  }
  return copy
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
