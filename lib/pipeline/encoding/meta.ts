import type { EventMeta } from '../../event.ts'
import type { Route } from '../../output.ts'
import { stringify, timeOf } from './encode.ts'
import { type Fields, withConstant } from './enrichment.ts'

/**
 * Works out what is kept beside an event, which nobody can change any more. `event`: with or without what
 * the agent adds. `metadata`: a copy of its own. `now`: its time if it has none.
 */
export type MetaOf = (
  event: Fields,
  metadata: Fields | undefined,
  now: string | undefined,
) => EventMeta | undefined

/**
 * Without a route and `@metadata` there is nothing to keep.
 *
 * @param constants what events get that they are given here without
 */
export function metaOf(constants: Fields, route: Route | undefined): MetaOf {
  if (route === undefined) return (_, metadata) => kept(undefined, metadata)
  // Most events of a source go the same way: they share one object.
  let last: EventMeta | undefined
  let asked: Asked | undefined
  return (event, metadata, now) => {
    if (metadata === undefined && asked !== undefined && isAlike(asked, event, now)) return last
    const keys = new Set<string>()
    const to = routed(route, viewOf(event, metadata, constants, now, keys))
    if (metadata !== undefined) return kept(to, metadata)
    if (last?.route !== to) last = kept(to, undefined)
    asked = askedOf(keys, event, now)
    return last
  }
}

/** What a route has looked at before it answered. */
interface Asked {
  /** Keys at the top that the event does not have itself, so that their values are the same in others. */
  readonly keys: readonly string[]
  /** Of the event, if it was looked at: as text, since a Date may become another time. */
  readonly time: string | undefined
}

/** Undefined if the answer is for this event alone. */
function askedOf(keys: ReadonlySet<string>, event: Fields, now: string | undefined) {
  const others = [...keys].filter(key => key !== '@timestamp' && key !== '@metadata')
  if (keys.has(ALL) || others.some(key => key in event)) return undefined
  if (!keys.has('@timestamp')) return { keys: others, time: undefined }
  const time = timeIn(event, now)
  return typeof time === 'string' ? { keys: others, time } : undefined
}

/** Whether a route would see what it has seen before. */
function isAlike({ keys, time }: Asked, event: Fields, now: string | undefined): boolean {
  if (time !== undefined && timeIn(event, now) !== time) return false
  for (const key of keys) if (key in event) return false
  return true
}

function timeIn(event: Fields, now: string | undefined): unknown {
  const own = Object.hasOwn(event, '@timestamp') ? event['@timestamp'] : undefined
  return own === undefined ? now : own
}

/** All fields were looked at. */
const ALL = '*'

/** What is kept beside an event with this route and `@metadata`, if anything. */
export function kept(
  route: string | undefined,
  metadata: Fields | undefined,
): EventMeta | undefined {
  if (metadata === undefined) return route === undefined ? undefined : Object.freeze({ route })
  const fields = deepFrozen(metadata)
  return Object.freeze(route === undefined ? { fields } : { route, fields })
}

function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFrozen(inner)
  }
  return Object.freeze(value)
}

function routed(route: Route, get: (field?: string) => unknown): string | undefined {
  try {
    const to: unknown = route(get)
    // Nobody waits for it, and a rejection that nobody handles would end the agent.
    if (to instanceof Promise) to.catch(() => undefined)
    return typeof to === 'string' ? to : undefined
  } catch {
    return undefined
  }
}

/** Reads fields as the encoded event has them, whether or not it has been encoded. */
function viewOf(
  event: Fields,
  metadata: Fields | undefined,
  constants: Fields,
  now: string | undefined,
  asked: Set<string>,
): (field?: string) => unknown {
  const topOf = (key: string): unknown => {
    if (key === '@metadata') return metadata
    const own = Object.hasOwn(event, key) ? event[key] : undefined
    if (key === '@timestamp') return timeOf(own, now)
    if (!Object.hasOwn(constants, key)) return own
    return withConstant(key, constants[key], own)
  }
  const whole = () => {
    const keys = new Set(['@timestamp', ...Object.keys(event), ...Object.keys(constants)])
    if (metadata !== undefined) keys.add('@metadata')
    return Object.fromEntries([...keys].map(key => [key, topOf(key)]))
  }
  return field => {
    if (field === undefined) {
      asked.add(ALL)
      return asEncoded(whole())
    }
    const [top = '', ...path] = field.split('.')
    asked.add(top)
    return asEncoded(valueAt(topOf(top), path))
  }
}

function valueAt(from: unknown, path: readonly string[]): unknown {
  let value = from
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Fields)[key]
  }
  return value
}

function asEncoded(value: unknown): unknown {
  if (value === undefined || typeof value === 'string') return value
  return JSON.parse(stringify({ value })).value
}

/**
 * A copy of the event's `@metadata`, in the way of an event's own fields. Null is none.
 *
 * @throws TypeError if it is not an object, or JSON can't carry it
 */
export function metadataOf(own: unknown, name = '@metadata'): Fields | undefined {
  if (own === undefined || own === null) return undefined
  const copy: unknown = typeof own === 'object' ? JSON.parse(stringify(own) ?? 'null') : undefined
  if (typeof copy === 'object' && copy !== null && !Array.isArray(copy)) return copy as Fields
  throw new TypeError(`${name} must be an object`)
}
