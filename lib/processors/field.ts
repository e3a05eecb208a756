// How a processor finds, sets and removes a field of an event by its name.
//
// A name such as `a.b.c` is read as Beats does: at each level, a key that is spelt like all of the rest comes
// first, then the key before the first dot, whose map is entered. So `a.b` finds both `{ "a.b": 1 }` and
// `{ "a": { "b": 1 } }`. What is below something that is no map is missing.
//
// A key is always the map's own: `__proto__` and `constructor` are fields like any other. A key whose value is
// undefined is no field.

import { setOwn } from '../own-field.ts'

/** The fields of an event, or of a map in it. */
export type Fields = Record<string, unknown>

/** Is told what is about to change. */
export interface Undo {
  note(map: Fields, key: string): void
}

/** A name, taken apart once. */
export interface Field {
  readonly name: string
  /** `a.b.c`: a, b, c. */
  readonly keys: readonly string[]
  /** `a.b.c`: a.b.c, b.c, c. */
  readonly rests: readonly string[]
  /** The last place of both. */
  readonly last: number
  /** Whether one of them is a key that every map inherits, such as `constructor`. */
  readonly inherited: boolean
}

/** Far more than events have, and few enough for `rests`, which grows with their square. */
const MAX_KEYS = 100

/** As many as names of fields usually have at most. */
const FEW_KEYS = 10

export const TOO_MANY_KEYS = `it has more than ${MAX_KEYS} parts`

/** Whether a name has more keys than one in the configuration may have. */
export function hasTooManyKeys(name: string): boolean {
  return name.split('.', MAX_KEYS + 1).length > MAX_KEYS
}

export function fieldOf(name: string): Field {
  const keys = name.split('.')
  let at = 0
  const rests = keys.map(key => {
    const rest = name.slice(at)
    at += key.length + 1
    return rest
  })
  // To make keys of a name takes a time that grows with its square.
  const isFast = keys.length <= FEW_KEYS
  const inherited = keys.some(key => key in Object.prototype)
  return {
    name,
    keys: isFast ? keys.map(asKey) : keys,
    rests: isFast ? rests.map(asKey) : rests,
    last: keys.length - 1,
    inherited,
  }
}

/** The same text as V8 has it as a key of objects, which makes it a faster one. */
function asKey(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text
}

/** The value of a field; undefined if it is missing. */
export function valueAt(map: Fields, { keys, rests, last, inherited }: Field): unknown {
  let at = map
  for (let level = 0; level < last; level++) {
    const value = read(at, rests[level] ?? '', inherited)
    if (value !== undefined) return value
    const below = read(at, keys[level] ?? '', inherited)
    if (!hasFields(below)) return undefined
    at = below
  }
  return read(at, rests[last] ?? '', inherited)
}

function read(map: Fields, key: string, inherited: boolean): unknown {
  return inherited ? ownValue(map, key) : map[key]
}

/** As `valueAt`, but throws an Error that names the field if it is missing. */
export function requiredAt(map: Fields, field: Field): unknown {
  const value = valueAt(map, field)
  if (value === undefined) throw new Error(`the field ${field.name} is missing`)
  return value
}

/** Throws an Error that names the field if its value is no text. */
export function requireText(value: unknown, { name }: Field): string {
  if (typeof value === 'string') return value
  throw new TypeError(`the field ${name} is ${kindOf(value)}, not text`)
}

/** Throws an Error that names the field if the map has it. */
export function requireNone(map: Fields, field: Field): void {
  if (valueAt(map, field) !== undefined) throw new Error(`the field ${field.name} exists already`)
}

/**
 * Sets a field, and makes the maps on the way to it.
 *
 * @param undo notes what is changed
 * @throws TypeError if something on the way is no map; then nothing has changed
 */
export function put(map: Fields, field: Field, value: unknown, undo?: Undo): void {
  const { keys, rests, last, inherited } = field
  let at = map
  for (let level = 0; ; level++) {
    const rest = rests[level] ?? ''
    if (level === last || read(at, rest, inherited) !== undefined) {
      undo?.note(at, rest)
      setOwn(at, rest, value)
      return
    }
    const key = keys[level] ?? ''
    const below = read(at, key, inherited)
    if (below === undefined) {
      undo?.note(at, key)
      setOwn(at, key, nested(keys, level + 1, value))
      return
    }
    if (!hasFields(below)) throw blocked(field, level, below)
    at = below
  }
}

/** Whether `put` would set a new field, replace one, or throw. */
export function roomFor(
  map: Fields,
  { keys, rests, last, inherited }: Field,
): 'free' | 'taken' | 'blocked' {
  let at = map
  for (let level = 0; ; level++) {
    if (read(at, rests[level] ?? '', inherited) !== undefined) return 'taken'
    if (level === last) return 'free'
    const below = read(at, keys[level] ?? '', inherited)
    if (below === undefined) return 'free'
    if (!hasFields(below)) return 'blocked'
    at = below
  }
}

/** Throws an Error that names the field unless `put` could set it; with `isNew`, also if the map has it. */
export function requireRoom(map: Fields, field: Field, isNew: boolean): void {
  const room = roomFor(map, field)
  if (room === 'blocked') throw new TypeError(`the field ${field.name} can't be set`)
  if (room === 'taken' && isNew) throw new Error(`the field ${field.name} exists already`)
}

/**
 * Removes a field and returns its value; undefined if it is missing. The key stays, without a value, which is
 * no field anywhere here and in JSON: V8 reads and writes a map many times slower once a key has been deleted.
 */
export function remove(map: Fields, field: Field, undo?: Undo): unknown {
  const { keys, rests, last, inherited } = field
  let at = map
  for (let level = 0; ; level++) {
    const rest = rests[level] ?? ''
    const value = read(at, rest, inherited)
    if (value !== undefined) {
      undo?.note(at, rest)
      setOwn(at, rest, undefined)
      return value
    }
    if (level === last) return undefined
    const below = read(at, keys[level] ?? '', inherited)
    if (!hasFields(below)) return undefined
    at = below
  }
}

/**
 * Removes a field and sets another, in this order, so that `a` can become `a.b`.
 *
 * @throws TypeError if the other can't be set; then nothing is lost
 */
export function move(map: Fields, from: Field, to: Field, value: unknown, undo?: Undo): void {
  const old = remove(map, from, undo)
  try {
    put(map, to, value, undo)
  } catch (thrown) {
    if (old !== undefined) put(map, from, old, undo)
    throw thrown
  }
}

/**
 * Appends to a list, such as `tags`; makes it if it is missing.
 *
 * @throws TypeError if the field is no list
 */
export function append(map: Fields, field: Field, added: readonly string[], undo?: Undo): void {
  const list = valueAt(map, field) ?? []
  if (!Array.isArray(list)) {
    throw new TypeError(`the field ${field.name} is ${kindOf(list)}, not a list`)
  }
  put(map, field, [...list, ...added], undo)
}

/** The value of a key of the map itself. */
export function ownValue(map: Fields, key: string): unknown {
  const value = map[key]
  return value === undefined || Object.hasOwn(map, key) ? value : undefined
}

/** Whether a value has fields: a list, a Date and null have none. */
export function isMap(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The same of a value in an event, which is data as JSON has it. */
export function hasFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The keys of a map in an event whose fields have not been removed. */
export function keysOf(map: Fields): readonly string[] {
  return Object.keys(map).filter(key => map[key] !== undefined)
}

/**
 * A copy with maps and lists of its own: a later processor may change one of the two. V8 copies all fields of a map
 * at once where it knows the map's kind.
 */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isMap(value)) return value
  const copy = { ...value }
  for (const key in copy) {
    const own = copy[key]
    if (typeof own === 'object') setOwn(copy, key, copyOf(own))
  }
  return copy
}

/**
 * Sets fields, and merges maps. A later processor may change what it gets, so the map gets a copy of each map
 * and list.
 */
export function mergeInto<M extends Fields>(map: M, added: Readonly<Fields>): M {
  for (const key in added) {
    const value = added[key]
    const own = isMap(value) ? ownValue(map, key) : undefined
    if (hasFields(own)) mergeInto(own, value as Fields)
    else setOwn(map, key, copyOf(value))
  }
  return map
}

/** What a value is, for a message: values themselves must not get into the log. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'a number'
  return typeof value === 'boolean' ? 'true or false' : 'a map'
}

function nested(keys: readonly string[], from: number, value: unknown): unknown {
  let inner = value
  for (let level = keys.length - 1; level >= from; level--) {
    const outer: Fields = {}
    setOwn(outer, keys[level] ?? '', inner)
    inner = outer
  }
  return inner
}

function blocked({ name, keys }: Field, level: number, found: unknown): TypeError {
  const way = keys.slice(0, level + 1).join('.')
  return new TypeError(`the field ${name} can't be set: ${way} is ${kindOf(found)}`)
}
