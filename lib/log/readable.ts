// How a line of JSON reads for a person on a terminal: the time of day, what kind of line it is, what it says, then
// its fields as key=value. What a program or an event has put into it can't move the cursor.

import { styleText } from 'node:util'
import { flow } from './flow.ts'

type Fields = Readonly<Record<string, unknown>>

/** Colours as those of util.styleText. */
type Colour = 'red' | 'yellow' | 'green' | 'gray' | 'cyan'
export type Paint = (colour: Colour, text: string) => string

/** https://no-color.org: with NO_COLOR, and where the terminal knows no colours, there are none. */
export function paintFor({ NO_COLOR, TERM }: NodeJS.ProcessEnv): Paint {
  if ((NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb') return unpainted
  return (colour, text) => styleText(colour, text, { validateStream: false })
}

const LEVELS = new Map<unknown, readonly [name: string, colour: Colour]>([
  ['fatal', ['FATAL', 'red']],
  ['error', ['ERROR', 'red']],
  ['warn', ['WARN', 'yellow']],
  ['info', ['INFO', 'green']],
  ['debug', ['DEBUG', 'gray']],
])

/** Room for the name of a beat, so that messages stand one below the other. */
const BEAT_WIDTH = 8

const INDENT = ' '.repeat(15)

/**
 * A line of the log, with its line end; broken between words where it is wider than `columns`. One that is no JSON
 * stays as it is, but for control characters.
 */
export function readableLog(
  line: string,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string {
  return readable(line, entry => logText(entry, paint, columns)) ?? `${shown(line.trimEnd())}\n`
}

function logText({ error: grouped, ...others }: Fields, paint: Paint, columns: number): string {
  // Written by us as one map, and by pino as fields of their own.
  const entry = {
    ...others,
    ...(grouped !== undefined && Object.fromEntries(flattened({ error: grouped }))),
  }
  const { '@timestamp': at, 'log.level': level, 'service.name': _, message, beat, ...more } = entry
  const {
    'error.message': error,
    'error.type': type,
    'error.code': code,
    hint,
    ...unexplained
  } = more
  const { 'error.stack_trace': stack, ...fields } = unexplained
  const [name, colour] = LEVELS.get(level) ?? [shown(level).toUpperCase(), 'gray']
  const said = withoutRepetition([message, error].filter(text => !isEmpty(text)).map(shown))
  const rest = fieldsOf({ ...(code !== undefined && { 'error.code': code }), ...fields }, paint)
  const who = beat === undefined ? ' '.repeat(BEAT_WIDTH) : shown(beat).padEnd(BEAT_WIDTH)
  const first = [timeOf(at), paint(colour, name.padEnd(5)), who, said.join(': '), ...rest]
  const below = [
    ...(hint === undefined ? [] : [`${INDENT}${paint('cyan', 'hint')} ${shown(hint)}`]),
    // Only an error that nobody foresaw has no code.
    ...(stack === undefined || code !== undefined ? [] : stackOf(String(stack), type)),
  ]
  const lines = [first.join(' ').trimEnd(), ...below]
  return `${lines.map(each => flow(each, columns, INDENT)).join('\n')}\n`
}

function isEmpty(text: unknown): boolean {
  return text === undefined || text === ''
}

/** Of a message and its error, one may be in the other. */
function withoutRepetition([message = '', error = '']: readonly string[]): readonly string[] {
  if (error.startsWith(message)) return [error || message]
  return message.includes(error) ? [message] : [message, error]
}

/** What every event has, which says nothing on a terminal of its own host. */
const OF_THE_AGENT = ['@timestamp', 'message', 'agent', 'ecs', 'host.name', 'event.module']

const ABOUT_IT = ['event', 'metricset']

function isAmong(groups: readonly string[], key: string): boolean {
  return groups.some(group => key === group || key.startsWith(`${group}.`))
}

/** An event in one line, without its end; at most `columns` wide, if there are so few. */
export function readableEvent(
  line: string,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string {
  return readable(line, event => eventText(event, paint, columns)) ?? shown(line)
}

function eventText(event: Fields, paint: Paint, columns: number): string {
  const flat = flattened(event)
  const kind = flat.get('event.dataset') ?? flat.get('event.module') ?? ''
  const { message } = event
  const own = [...flat].filter(([key]) => !isAmong(OF_THE_AGENT, key))
  // What it measures comes first, and how that went last.
  own.sort(([a], [b]) => Number(isAmong(ABOUT_IT, a)) - Number(isAmong(ABOUT_IT, b)))
  const partsOf = (by: Paint) => [
    timeOf(event['@timestamp']),
    by('cyan', shown(kind)),
    ...(message === undefined ? [] : [shown(message)]),
    ...own.filter(([key]) => key !== 'event.dataset').map(([key, value]) => pair(key, value, by)),
  ]
  return withinColumns(partsOf(unpainted), partsOf(paint), columns)
}

function unpainted(_: Colour, text: string): string {
  return text
}

/** The part that is cut has no colour, as that could be cut in two. */
function withinColumns(
  plain: readonly string[],
  painted: readonly string[],
  columns: number,
): string {
  if (plain.join(' ').length <= columns) return painted.join(' ')
  // One for the dots.
  let left = columns - 1
  let kept = ''
  for (const [at, text] of plain.entries()) {
    const gap = at === 0 ? '' : ' '
    if (gap.length + text.length > left) return `${kept}${`${gap}${text}`.slice(0, left)}…`
    kept += `${gap}${painted[at]}`
    left -= gap.length + text.length
  }
  return kept
}

/** Undefined for what is no JSON object, or one that is too deep: whatever is in a line, it is shown. */
function readable(line: string, textOf: (fields: Fields) => string): string | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? textOf(Object(value)) : undefined
  } catch {
    return undefined
  }
}

/** In the time zone of who reads it. */
function timeOf(at: unknown): string {
  const time = new Date(typeof at === 'string' ? at : Number.NaN)
  if (Number.isNaN(time.getTime())) return '--:--:--'
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map(part => String(part).padStart(2, '0'))
    .join(':')
}

function fieldsOf(fields: Fields, paint: Paint): readonly string[] {
  return [...flattened(fields)]
    .filter(([key, value]) => !(value === 0 && key.startsWith(COUNTED)))
    .map(([key, value]) => pair(key, value, paint))
}

/** Of what becomes of events, a person wants to know what there was. */
const COUNTED = 'events.'

function pair(key: string, value: unknown, paint: Paint): string {
  return `${paint('gray', `${shown(key)}=`)}${textOf(value)}`
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') return shown(JSON.stringify(value) ?? '')
  return /^[^\s"=]+$/.test(value) ? shown(value) : shown(JSON.stringify(value))
}

/** `{ a: { b: 1 } }` as `a.b`: 1; a list and an empty map are values. */
function flattened(fields: Fields, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>()
  for (const [key, value] of Object.entries(fields)) {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isMap && Object.keys(value).length > 0) {
      for (const [inner, own] of flattened(Object(value), `${prefix}${key}.`)) flat.set(inner, own)
    } else {
      flat.set(`${prefix}${key}`, value)
    }
  }
  return flat
}

function stackOf(stack: string, type: unknown): readonly string[] {
  const frames = stack.split('\n').filter(line => /^\s+at /.test(line))
  return [
    type === undefined ? '' : `${INDENT}${shown(type)}`,
    ...frames.map(frame => `${INDENT}${shown(frame.trim())}`),
  ].filter(line => line !== '')
}

/** Control characters and line ends as `\x1b`. */
export function shown(value: unknown): string {
  // What JSON has made may have a toString of its own that is no function.
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replace(/\p{Cc}/gu, each => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
