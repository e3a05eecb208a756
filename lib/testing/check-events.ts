import { messageOf } from '../errors.ts'
import type { Event } from '../event.ts'

/** Only the framework sets these. A beat may set `event.module` and `host.name`. */
const RESERVED = /^(agent|ecs)($|\.)/

/** The framework adds a field to each of these, so they have to be objects. */
const SHARED = ['event', 'host', 'fields']

interface Field {
  /** Dotted, as an output's mapping sees it. */
  readonly name: string
  readonly value: unknown
}

/** Returns the problems of the events, each once, however many events have it. */
export function checkEvents(events: readonly Event[]): readonly string[] {
  const unsound = events.flatMap(checkEncoding)
  // The other checks would never end on an event that contains itself.
  const found =
    unsound.length > 0 ? unsound : [...events.flatMap(checkEvent), ...checkAgreement(events)]
  return [...new Set(found)]
}

function checkEncoding(event: Event): readonly string[] {
  if (!isPlain(event)) return ['an event must be a plain object']
  try {
    JSON.stringify(event)
    return []
  } catch (error) {
    return [`an event can't be encoded as JSON: ${messageOf(error)}`]
  }
}

function checkEvent(event: Event): readonly string[] {
  const fields = [...flatten(event)]
  return [
    ...checkTimestamp(event['@timestamp']),
    ...fields.flatMap(checkField),
    ...checkClashes(fields),
  ]
}

function checkTimestamp(timestamp: unknown): readonly string[] {
  if (timestamp === undefined) return []
  const isIso = typeof timestamp === 'string' && /^\d{4}-\d\d-\d\dT/.test(timestamp)
  const isTime =
    (isIso || timestamp instanceof Date) && !Number.isNaN(new Date(timestamp).getTime())
  return isTime ? [] : ['"@timestamp" must be a valid Date or an ISO 8601 string']
}

function checkField({ name, value }: Field): readonly string[] {
  const found: string[] = []
  if (name.split('.').includes('')) found.push(`"${name}": a part of the name is empty`)
  if (RESERVED.test(name)) found.push(`"${name}" is reserved for the framework`)
  if (SHARED.includes(name)) found.push(`"${name}" must be an object`)
  if (name === 'tags' && !Array.isArray(value)) found.push('"tags" must be a list')
  const loss = lossOf(value)
  if (loss !== undefined) found.push(`"${name}": ${loss} gets lost in JSON`)
  return found
}

/** Names the value that JSON would silently drop or change. */
function lossOf(value: unknown): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : undefined
  if (Array.isArray(value)) return value.map(lossOf).find(loss => loss !== undefined)
  if (typeof value !== 'object' || value === null || hasToJson(value)) return undefined
  if (!isPlain(value)) return `an object of class ${classOf(value)}`
  return Object.values(value)
    .map(lossOf)
    .find(loss => loss !== undefined)
}

/** `{ 'a.b': 1, a: { b: 2 } }` sets one field twice; no mapping fits `{ a: 1, 'a.b': 2 }`. */
function checkClashes(fields: readonly Field[]): readonly string[] {
  const names = new Set<string>()
  const twice = fields.filter(({ name }) => names.size === names.add(name).size)
  return [
    ...twice.map(({ name }) => `"${name}" occurs twice, nested and dotted`),
    ...[...names].flatMap(name =>
      parents(name)
        .filter(parent => names.has(parent))
        .map(isBoth),
    ),
  ]
}

/** Most outputs reject a field that is an object in one event and a value in another. */
function checkAgreement(events: readonly Event[]): readonly string[] {
  const fields = events.flatMap(event => [...flatten(event)])
  const names = new Set(fields.filter(({ value }) => value !== null).map(({ name }) => name))
  const objects = new Set([...names].flatMap(parents))
  return [...names].filter(name => objects.has(name)).map(isBoth)
}

function isBoth(name: string): string {
  return `"${name}" is both a value and an object`
}

/** `a.b.c` → `a`, `a.b`. */
function parents(name: string): readonly string[] {
  const parts = name.split('.')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('.'))
}

/** The values that are not plain objects, by their dotted names, without undefined ones. */
export function* flatten(object: object, prefix = ''): Generator<Field> {
  for (const [key, value] of Object.entries(object)) {
    const name = prefix + key
    if (isPlain(value)) yield* flatten(value, `${name}.`)
    else if (value !== undefined) yield { name, value }
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function classOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}
