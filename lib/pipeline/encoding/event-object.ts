import type { Event } from '../../event.ts'
import { setOwn } from '../../own-field.ts'
import type { MutableEvent } from '../../processor.ts'
import { dataCopy, plainCopy } from './data-copy.ts'
import { type Encode, type Moment, timeOf } from './encode.ts'
import { constantsOf, type EventSource, withConstant } from './enrichment.ts'
import { metadataOf } from './meta.ts'

/**
 * Makes the object of an event that processors get: a copy that nobody else has, of what `encode` would write,
 * with everything that the source adds, and `@metadata` as a field.
 */
type MakeObject = (event: Event, now: Moment) => MutableEvent

/** @param encode that of the same source */
export function objectMakerOf(source: EventSource, encode: Encode): MakeObject {
  const constants = Object.entries(dataCopy(constantsOf(source)) ?? {})
  const constantOf = new Map(constants)
  const special = new Set(['@timestamp', '@metadata', ...constantOf.keys()])

  /** Undefined if there is something in it that only `encode` knows what to do with, or to say about. */
  const quickly = (event: Event, now: Moment): MutableEvent | undefined => {
    if (!isPlain(event)) return undefined
    const made: MutableEvent = { '@timestamp': now.text }
    for (const key in event) {
      const own = event[key]
      const isSpecial = special.has(key)
      if (isSpecial && key.startsWith('@')) continue
      const value = isSpecial ? withConstant(key, constantOf.get(key), own) : own
      if (value === undefined) continue
      const copy = plainCopy(value)
      if (copy === undefined) return undefined
      setOwn(made, key, copy)
    }
    for (const [key, value] of constants) {
      if (!Object.hasOwn(made, key)) made[key] = plainCopy(value)
    }
    made['@timestamp'] = timeOf(event['@timestamp'], now.text)
    const metadata = event['@metadata'] ?? undefined
    return metadata === undefined ? made : withCopy(made, metadata)
  }

  return (event, now) => quickly(event, now) ?? byText(event, encode(event, now))
}

/** Processors see `@metadata` as a field of the event. */
export function withMetadata(event: MutableEvent, metadata: Event['@metadata']): MutableEvent {
  if (metadata !== undefined) event['@metadata'] = metadata
  return event
}

function isPlain(event: unknown): event is Event {
  if (typeof event !== 'object' || event === null || 'toJSON' in event) return false
  const prototype: unknown = Object.getPrototypeOf(event)
  return prototype === Object.prototype || prototype === null
}

function withCopy(made: MutableEvent, metadata: unknown): MutableEvent | undefined {
  const copy = typeof metadata === 'object' ? plainCopy(metadata) : undefined
  if (copy === undefined || Array.isArray(copy)) return undefined
  made['@metadata'] = copy
  return made
}

function byText(event: Event, text: string): MutableEvent {
  return withMetadata(JSON.parse(text), metadataOf(event['@metadata']))
}
