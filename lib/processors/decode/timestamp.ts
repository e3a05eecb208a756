import { defineFormat, listOf, text } from '../../config/schema/formats.ts'
import type { MutableEvent } from '../../processor.ts'
import { fieldOf, kindOf, put, requiredAt, valueAt } from '../field.ts'
import { fieldName, isTarget } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'
import { layoutOf } from './go-layout.ts'
import { timeReader } from './go-time.ts'
import { isoWriter } from './iso-time.ts'
import { type TimeZone, timeZoneOf } from './time-zone.ts'

interface TimestampSettings {
  readonly field: string
  readonly target_field: string
  readonly layouts: readonly string[]
  readonly timezone: string
  readonly ignore_missing: boolean
  readonly ignore_failure: boolean
  readonly test: readonly string[]
  readonly id: string
}

/** The time in milliseconds; undefined if the value is not written like that. */
type Read = (value: unknown) => number | undefined

/** Times of `test`, each with each layout. */
const MOST_TRIED = 10_000

/** The last day that a Date holds. */
const LATEST_MS = 8.64e15

const target = defineFormat({
  expected: 'must be the name of a field that can be set, such as event.start',
  parse: written =>
    typeof written === 'string' && (written === '@timestamp' || isTarget(written))
      ? written
      : undefined,
})

const layout = defineFormat({
  expected:
    'must be UNIX, UNIX_MS or how Jan 2 15:04:05 2006 is written, such as 2006-01-02T15:04:05Z07:00',
  parse: written =>
    typeof written === 'string' && (isUnix(written) || layoutOf(written)) ? written : undefined,
})

const timezone = defineFormat({
  expected: 'must be UTC, Local, a time zone such as Europe/Berlin, or an offset such as +0200',
  parse: written =>
    typeof written === 'string' && timeZoneOf(written) !== undefined ? written : undefined,
})

/** Reads the time of an event, with the settings of Beats' processor of this name. */
export default defineTouching<TimestampSettings>({
  name: 'timestamp',
  schema: {
    field: { doc: 'The field with the time.', format: fieldName, default: null },
    target_field: {
      doc: 'The field for the time, in UTC. It is replaced if the event has it.',
      format: target,
      default: '@timestamp',
    },
    layouts: {
      doc: 'How the time is written: the first that fits counts. `UNIX` and `UNIX_MS` are seconds and milliseconds since 1970.',
      format: listOf(layout),
      default: null,
    },
    timezone: {
      doc: 'The time zone of times that are written without one.',
      format: timezone,
      default: 'UTC',
    },
    ignore_missing: {
      doc: 'A field that is missing is no failure.',
      format: Boolean,
      default: false,
    },
    ignore_failure: {
      doc: 'No failure fails the processor.',
      format: Boolean,
      default: false,
    },
    test: {
      doc: 'Times that have to be read, or the configuration is refused.',
      format: listOf(text),
      default: [],
    },
    id: { doc: 'A name for messages.', format: String, default: '' },
  },
  touches: ({ field, target_field }) => topKeysOf(field, target_field),
  check(settings) {
    if (settings.test.length === 0) return []
    if (settings.test.length * settings.layouts.length > MOST_TRIED) {
      const message = `must be fewer: each is tried with each of ${settings.layouts.length} layouts`
      return [{ path: ['test'], message }]
    }
    const reads = readsOf(settings)
    return settings.test.flatMap((time, at) =>
      firstOf(reads, time) === undefined
        ? [{ path: ['test', at], message: 'must be a time that fits one of the layouts' }]
        : [],
    )
  },
  open({ settings }) {
    const { id, ignore_failure, ignore_missing } = settings
    const field = fieldOf(settings.field)
    const to = fieldOf(settings.target_field)
    const reads = readsOf(settings)
    const write = isoWriter()
    const prefix = id === '' ? '' : `${id}: `
    const set = (event: MutableEvent) => {
      if (ignore_missing && valueAt(event, field) === undefined) return
      const value = requiredAt(event, field)
      const ms = firstOf(reads, value)
      if (ms === undefined) {
        throw new Error(`${prefix}the field ${field.name} (${kindOf(value)}) fits no layout`)
      }
      put(event, to, write(ms))
    }
    return {
      process(event) {
        try {
          set(event)
        } catch (thrown) {
          if (!ignore_failure) throw thrown
        }
        return event
      },
    }
  },
})

function readsOf({ layouts, timezone: name }: TimestampSettings): readonly Read[] {
  const zone = timeZoneOf(name)
  if (zone === undefined) throw new Error(`there is no time zone ${name}`)
  // The first look-up of an abbreviation takes long, which no event has to wait for.
  if (layouts.some(each => each.includes('MST'))) zone.offsetOf('MST')
  return layouts.map(each => readerOf(each, zone))
}

function isUnix(written: string): boolean {
  return written === 'UNIX' || written === 'UNIX_MS'
}

function readerOf(written: string, zone: TimeZone): Read {
  if (isUnix(written)) return value => unixTime(value, written === 'UNIX' ? 1000 : 1)
  const parsed = layoutOf(written)
  if (parsed === undefined) throw new Error(`${written} is no layout of a time`)
  const read = timeReader(parsed, zone)
  return value => (typeof value === 'string' ? read(value) : undefined)
}

function unixTime(value: unknown, unitMs: number): number | undefined {
  const isText = typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value)
  const count = isText ? Number(value) : value
  return typeof count === 'number' ? Math.floor(count * unitMs) : undefined
}

/** A time that no event can have is none. The output writes years of four digits. */
function firstOf(reads: readonly Read[], value: unknown): number | undefined {
  for (const read of reads) {
    const ms = read(value)
    if (ms !== undefined && Math.abs(ms) <= LATEST_MS && isOrdinary(ms)) return ms
  }
  return undefined
}

function isOrdinary(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear()
  return year >= 0 && year <= 9999
}
