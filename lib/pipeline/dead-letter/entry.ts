import type { EventMeta } from '../../event.ts'

/** An event that its output will never take, and why. */
export interface DeadEvent {
  /** The encoded event, one line of JSON without its end. */
  readonly line: string
  readonly meta: EventMeta | undefined
  /** Of the output. It does not repeat the event. */
  readonly reason: string
  /** The peer's code, if it has one. */
  readonly status: number | undefined
  /** How often it was sent. */
  readonly attempts: number
}

/** A dead event as it is read from a file. */
export interface Entry extends Omit<DeadEvent, 'line'> {
  /** When it died. */
  readonly time: string
  /** The name of the output. */
  readonly output: string
  readonly line: string
}

/** One line of a file, with its end: `{"@timestamp":…,"output":…,"reason":…,"attempts":…,"event":{…}}`. */
export function encodeEntry(
  output: string,
  { line, meta, reason, status, attempts }: DeadEvent,
  time: string,
): string {
  const about = { '@timestamp': time, output, reason, status, attempts, meta }
  return `${JSON.stringify(about).slice(0, -1)},"event":${line}}\n`
}

/** Reads one line of a file; undefined if it is no entry. */
export function decodeEntry(text: string): Entry | undefined {
  const entry = parse(text)
  if (!entry || !isMap(entry.event)) return undefined
  const { event, ...about } = entry
  const { '@timestamp': time, output, reason, status, attempts, meta } = about
  if (typeof time !== 'string' || typeof output !== 'string') return undefined
  const before = `${JSON.stringify(about).slice(0, -1)},"event":`
  return {
    time,
    output,
    reason: String(reason),
    status: typeof status === 'number' ? status : undefined,
    attempts: Number(attempts) || 0,
    meta: isMap(meta) ? metaOf(meta) : undefined,
    // As it was encoded: a number may have more digits than JavaScript reads. Somebody may have edited the file.
    line: text.startsWith(before) ? text.slice(before.length, -1) : JSON.stringify(event),
  }
}

function metaOf({ route, fields }: Readonly<Record<string, unknown>>): EventMeta {
  return {
    ...(typeof route === 'string' && { route }),
    ...(isMap(fields) && { fields }),
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMap(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
