// An event as a LogRecord of OTLP, and what it says of where it comes from as the attributes of its resource.
//
//   @timestamp           timeUnixNano
//   event.created        observedTimeUnixNano; without it, when it is sent
//   log.level            severityText, and severityNumber if it is one of the usual words
//   message              body
//   trace.id, span.id    traceId, spanId
//   agent, cloud, container, host, orchestrator, service, but not their numbers   attributes of the resource
//   anything else        attributes of the record, by names with dots

import { type AnyValue, anyValue, type KeyValue } from './any-value.ts'
import type { Attributes, Fields } from './attributes.ts'

type Event = Readonly<Record<string, unknown>>

type Field = Fields[number]

/** What is undefined is no field of its text. */
interface LogRecord {
  readonly timeUnixNano: string | undefined
  readonly observedTimeUnixNano: string
  readonly severityText: string | undefined
  readonly severityNumber: number | undefined
  readonly body: AnyValue | undefined
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly attributes: readonly KeyValue[]
}

/** What says who has made an event, and not what has happened. */
const RESOURCE: ReadonlySet<string> = new Set([
  ...['agent', 'cloud', 'container', 'host', 'orchestrator', 'service'],
])

/** In lower case; the words of syslog as the specification has them in its appendix. */
const SEVERITIES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ trace: 1, debug: 5, info: 9, informational: 9, information: 9, notice: 10 },
    ...{ warn: 13, warning: 13, error: 17, err: 17, critical: 18, crit: 18, alert: 19 },
    ...{ fatal: 21, emergency: 21, emerg: 21, panic: 21 },
  }),
)

/** Undefined if the line is no JSON object. */
export function eventIn(line: string): Event | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Those fields of an event that say where it comes from, and the others. */
export function split(event: Event): { readonly resource: Fields; readonly rest: Fields } {
  const [resource, rest]: [Field[], Field[]] = [[], []]
  for (const [key, value] of Object.entries(event)) {
    if (!RESOURCE.has(key) || !isObject(value)) {
      rest.push([key, value])
      continue
    }
    const [own, measured] = parted(value)
    resource.push([key, own])
    if (measured !== undefined) rest.push([key, measured])
  }
  return { resource, rest }
}

/** Numbers such as `host.cpu.usage` are measured: with them, each event would have a resource of its own. */
function parted(map: Event): readonly [own: Event, measured: Event | undefined] {
  const [own, measured]: [Field[], Field[]] = [[], []]
  for (const [key, value] of Object.entries(map)) {
    const [mine, numbers] = isObject(value) ? parted(value) : [value, undefined]
    if (typeof value === 'number') measured.push([key, value])
    else own.push([key, mine])
    if (numbers !== undefined) measured.push([key, numbers])
  }
  if (measured.length === 0) return [map, undefined]
  return [Object.fromEntries(own), Object.fromEntries(measured)]
}

/** @throws RangeError if the fields are nested too deeply */
export function resourceOf(
  fields: Fields,
  serviceName: string,
  attributes: Attributes,
): readonly KeyValue[] {
  attributes.begin()
  const own = attributes.of(fields)
  if (!attributes.has('service.name')) own.push(...attributes.of([['service.name', serviceName]]))
  return own
}

/**
 * @param rest its fields that are not of the resource
 * @throws RangeError if the fields are nested too deeply
 */
export function recordOf(
  event: Event,
  rest: Fields,
  attributes: Attributes,
  nowMs: number,
): LogRecord {
  attributes.begin()
  attributes.take('@timestamp')
  const level = taken(of(event, 'log', 'level'), 'log.level', attributes)
  const message = taken(event.message, 'message', attributes)
  return {
    // Without a time there is no such field: 0 would be 1970 for many.
    timeUnixNano: nanosecondsOf(event['@timestamp']),
    observedTimeUnixNano: nanosecondsOf(of(event, 'event', 'created')) ?? `${nowMs}000000`,
    severityText: level,
    severityNumber: level === undefined ? undefined : SEVERITIES.get(level.toLowerCase()),
    body: message === undefined ? undefined : anyValue(message),
    traceId: idOf(event, 'trace', 32, attributes),
    spanId: idOf(event, 'span', 16, attributes),
    attributes: attributes.of(rest),
  }
}

/** A text that the record has elsewhere, and so not among its attributes. */
function taken(value: unknown, name: string, attributes: Attributes): string | undefined {
  if (typeof value !== 'string') return undefined
  attributes.take(name)
  return value
}

function isObject(value: unknown): value is Event {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `of({ a: { b: 1 } }, 'a', 'b')` is 1. */
function of(event: Event, first: string, second: string): unknown {
  const map = event[first]
  return isObject(map) ? map[second] : undefined
}

/** Of the fractions of a second that Date knows nothing about, as well. */
function nanosecondsOf(written: unknown): string | undefined {
  if (typeof written !== 'string') return undefined
  const ms = Date.parse(written)
  // There is none before 1970, and 0 says that there is no time.
  if (!(ms >= 1000)) return undefined
  const [, fraction = ''] = /:\d\d\.(\d+)/.exec(written) ?? []
  if (fraction.length <= 3) return `${ms}000000`
  return `${Math.floor(ms / 1000)}${fraction.slice(0, 9).padEnd(9, '0')}`
}

/** An id, if it is one: in hexadecimal, of so many digits, and not zero. */
function idOf(
  event: Event,
  key: 'trace' | 'span',
  digits: number,
  attributes: Attributes,
): string | undefined {
  const id = of(event, key, 'id')
  const isId = typeof id === 'string' && id.length === digits && /^(?!0+$)[\da-f]+$/i.test(id)
  return isId ? taken(id.toLowerCase(), `${key}.id`, attributes) : undefined
}
