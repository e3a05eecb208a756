import type { Event, EventMeta } from '../event.ts'
import type { Route } from '../output.ts'
import { constantsOf, type EventSource } from './enrichment.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Works out what is kept beside an event. `event`: with or without what the agent adds. `now`: its time if
 * it has none.
 */
export type MetaOf = (
  event: Fields,
  metadata: Fields | undefined,
  now: string | undefined,
) => EventMeta | undefined

/** Without a route and `@metadata` there is nothing to keep. */
export function metaOf(source: EventSource, route: Route | undefined): MetaOf {
  if (route === undefined) return (_, metadata) => metadata && { fields: metadata }
  const constants = constantsOf(source)
  // Most events of a source go the same way: they share one object.
  let last: EventMeta = {}
  return (event, metadata, now) => {
    const to = routed(route, event, constants, now)
    if (to === undefined) return metadata === undefined ? undefined : { fields: metadata }
    if (metadata !== undefined) return { route: to, fields: metadata }
    if (last.route !== to) last = { route: to }
    return last
  }
}

function routed(
  route: Route,
  event: Fields,
  constants: Fields,
  now: string | undefined,
): string | undefined {
  const get = (field: string) => {
    const path = field.split('.')
    return (
      valueAt(event, path) ?? valueAt(constants, path) ?? (field === '@timestamp' ? now : undefined)
    )
  }
  try {
    const to: unknown = route(get)
    return typeof to === 'string' ? to : undefined
  } catch {
    return undefined
  }
}

function valueAt(event: Fields, path: readonly string[]): unknown {
  let value: unknown = event
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Fields)[key]
  }
  return value
}

/**
 * A copy of the event's `@metadata` that nobody can change any more.
 *
 * @throws TypeError if it is not an object, or JSON can't carry it
 */
export function metadataOf(event: Event): Fields | undefined {
  const own: unknown = event['@metadata']
  if (own === undefined) return undefined
  const copy: unknown = JSON.parse(JSON.stringify(own) ?? 'null')
  if (typeof copy === 'object' && copy !== null && !Array.isArray(copy)) return copy as Fields
  throw new TypeError('@metadata must be an object')
}
