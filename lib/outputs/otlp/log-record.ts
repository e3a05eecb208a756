// An event as a LogRecord of OTLP, and what it says of where it comes from as the attributes of its resource.
//
//   @timestamp           timeUnixNano
//   event.created        observedTimeUnixNano; without it, when it is sent
//   log.level            severityText, and severityNumber if it is one of the usual words
//   message              body
//   trace.id, span.id    traceId, spanId
//   agent, cloud, container, host, orchestrator, service, but not their numbers   attributes of the resource
//   anything else        attributes of the record, by names with dots

import { quoted } from './any-value.ts'
import { type Attributes, type Fields, isMap } from './attributes.ts'
import { isOfResource } from './resource.ts'

/** In lower case; the words of syslog as the specification has them in its appendix. */
const SEVERITIES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ trace: 1, debug: 5, info: 9, informational: 9, information: 9, notice: 10 },
    ...{ warn: 13, warning: 13, error: 17, err: 17, critical: 18, crit: 18, alert: 19 },
    ...{ fatal: 21, emergency: 21, emerg: 21, panic: 21 },
  }),
)

/** Undefined if the line is no JSON object. */
export function eventIn(line: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return isMap(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/**
 * Its text.
 *
 * @throws RangeError if the fields are nested too deeply
 */
export function recordOf(event: Fields, attributes: Attributes, nowMs: number): string {
  attributes.begin()
  attributes.take('@timestamp')
  const level = taken(of(event, 'log', 'level'), 'log.level', attributes)
  const severity = level === undefined ? undefined : SEVERITIES.get(level.toLowerCase())
  const message = taken(event.message, 'message', attributes)
  const observed = nanosecondsOf(of(event, 'event', 'created')) ?? `${nowMs}000000`
  // Without a time there is no such field: 0 would be 1970 for many.
  let text = `{${textField('timeUnixNano', nanosecondsOf(event['@timestamp']))}`
  text += textField('severityText', level)
  if (severity !== undefined) text += `"severityNumber":${severity},`
  if (message !== undefined) text += `"body":{"stringValue":${quoted(message)}},`
  text += textField('traceId', idOf(event, 'trace', 32, attributes))
  text += textField('spanId', idOf(event, 'span', 16, attributes))
  for (const key in event) {
    const value = event[key]
    attributes.add(key, value, isOfResource(key, value) ? 'numbers' : 'all')
  }
  return `${text}"observedTimeUnixNano":"${observed}","attributes":${attributes.end()}}`
}

function textField(name: string, text: string | undefined): string {
  return text === undefined ? '' : `"${name}":${quoted(text)},`
}

/** A text that the record has elsewhere, and so not among its attributes. */
function taken(value: unknown, name: string, attributes: Attributes): string | undefined {
  if (typeof value !== 'string') return undefined
  attributes.take(name)
  return value
}

/** `of({ a: { b: 1 } }, 'a', 'b')` is 1. */
function of(event: Fields, first: string, second: string): unknown {
  const map = event[first]
  return isMap(map) ? map[second] : undefined
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
  event: Fields,
  key: 'trace' | 'span',
  digits: number,
  attributes: Attributes,
): string | undefined {
  const id = of(event, key, 'id')
  const isId = typeof id === 'string' && id.length === digits && /^(?!0+$)[\da-f]+$/i.test(id)
  return isId ? taken(id.toLowerCase(), `${key}.id`, attributes) : undefined
}
