import type { Event } from '../../event.ts'
import { setOwn } from '../../own-field.ts'
import type { MutableEvent } from '../../processor.ts'
import { dataCopy, plainCopy } from './data-copy.ts'
import { type Encode, type Moment, stringify, timeOf } from './encode.ts'
import { type Fields, withConstant } from './enrichment.ts'
import { metadataOf } from './meta.ts'

/** What an event has besides its object. */
export interface Rest {
  /** The text of it, for behind the fields of that object, which processors may have changed meanwhile. */
  of(passed: MutableEvent): string
}

/**
 * Makes the object of an event that processors get: a copy that nobody else has, of what `encode` would write,
 * with its constants as far as they touch them, and `@metadata` as a field.
 */
export class ObjectMaker implements Rest {
  /** The constants that objects are without, unless the event has a field of that name. */
  readonly outside: Fields
  readonly #encode: Encode
  readonly #constantOf: ReadonlyMap<string, unknown>
  readonly #special: ReadonlySet<string>
  /** The constants that are in every object. */
  readonly #inside: readonly (readonly [key: string, value: unknown])[]
  /** The others, which are in one only if the event has a field of that name. */
  readonly #outside: readonly (readonly [key: string, text: string])[]
  readonly #rest: string

  /**
   * @param encode that of the same constants
   * @param touches the keys at the top that the processors may look at or set; undefined: any
   */
  constructor(given: Fields, encode: Encode, touches: ReadonlySet<string> | undefined) {
    const constants = Object.entries(dataCopy(given) ?? {})
    // What every map inherits can't be told from a field.
    const isInside = (key: string) => touches?.has(key) !== false || key in {}
    this.#encode = encode
    this.#constantOf = new Map(constants)
    this.#special = new Set(['@timestamp', '@metadata', ...this.#constantOf.keys()])
    this.#inside = constants.filter(([key]) => isInside(key))
    this.#outside = constants
      .filter(([key]) => !isInside(key))
      .map(([key, value]) => [key, `,${stringify({ [key]: value }).slice(1, -1)}`])
    this.outside = Object.fromEntries(constants.filter(([key]) => !isInside(key)))
    this.#rest = this.#outside.map(([, text]) => text).join('')
  }

  make(event: Event, now: Moment): MutableEvent {
    return this.#quickly(event, now) ?? this.#byText(event, this.#encode(event, now))
  }

  of(passed: MutableEvent): string {
    if (!this.#outside.some(([key]) => key in passed)) return this.#rest
    return this.#outside.map(([key, text]) => (key in passed ? '' : text)).join('')
  }

  /** Undefined if there is something in it that only `encode` knows what to do with, or to say about. */
  #quickly(event: Event, now: Moment): MutableEvent | undefined {
    if (!isPlain(event)) return undefined
    const made: MutableEvent = { '@timestamp': now.text }
    for (const key in event) {
      const own = event[key]
      const isSpecial = this.#special.has(key)
      if (isSpecial && key.startsWith('@')) continue
      const value = isSpecial ? withConstant(key, this.#constantOf.get(key), own) : own
      if (value === undefined) continue
      const copy = plainCopy(value)
      if (copy === undefined) return undefined
      setOwn(made, key, copy)
    }
    for (const [key, value] of this.#inside) {
      if (!Object.hasOwn(made, key)) made[key] = plainCopy(value)
    }
    made['@timestamp'] = timeOf(event['@timestamp'], now.text)
    const metadata = event['@metadata'] ?? undefined
    return metadata === undefined ? made : withCopy(made, metadata)
  }

  #byText(event: Event, text: string): MutableEvent {
    const made = withMetadata(JSON.parse(text), metadataOf(event['@metadata']))
    // Left out by an event whose own field JSON leaves out.
    for (const [key] of this.#outside) if (!(key in made)) made[key] = undefined
    return made
  }
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
