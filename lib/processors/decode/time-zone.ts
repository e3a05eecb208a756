/** How far the clocks of a zone are ahead of UTC. */
export interface TimeZone {
  /** In milliseconds, at a time of UTC. */
  offsetAt(utcMs: number): number
  /** The offset of an abbreviation (CEST) that the zone uses; undefined if it uses none such. */
  offsetOf(abbreviation: string): number | undefined
}

const QUARTER_MS = 900_000
/** Days whose times are looked up: more than a log has. */
const MOST_QUARTERS = 10_000

/** UTC, Local, a name such as Europe/Berlin, or an offset such as +02:00; undefined if there is none. */
export function timeZoneOf(name: string): TimeZone | undefined {
  if (/^(|UTC)$/.test(name)) return fixed(0)
  const offset = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(name)
  if (offset !== null) {
    const [, sign, hours, minutes = '0'] = offset
    const sizeMs = (Number(hours) * 60 + Number(minutes)) * 60_000
    return Number(hours) < 24 && Number(minutes) < 60
      ? fixed(sign === '-' ? -sizeMs : sizeMs)
      : undefined
  }
  if (name === 'Local') return named(Intl.DateTimeFormat().resolvedOptions().timeZone, localOffset)
  if (!/^[A-Za-z]/.test(name)) return undefined
  try {
    return named(name, offsetsOf(name))
  } catch {
    return undefined
  }
}

/** The time of UTC at which the clocks of a zone show a time, which is given as if it were UTC. */
export function utcOf(zone: TimeZone, shownMs: number): number {
  // Around a change of the clocks the first guess may have the offset of the other side.
  const guess = shownMs - zone.offsetAt(shownMs)
  return shownMs - zone.offsetAt(guess)
}

/** What a zone is called in short at a time, as English-speaking countries have it. */
export function abbreviationsOf(timeZone: string, at: Date): readonly string[] {
  const locales = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-ZA', 'en-IN']
  const names = locales.map(locale => {
    const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
    return format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  })
  return [...new Set(names)]
}

function fixed(offsetMs: number): TimeZone {
  return { offsetAt: () => offsetMs, offsetOf: () => undefined }
}

function named(timeZone: string, offsetAt: (utcMs: number) => number): TimeZone {
  let abbreviations: Map<string, number> | undefined
  return {
    offsetAt,
    offsetOf(abbreviation) {
      abbreviations ??= abbreviationsIn(timeZone, offsetAt)
      return abbreviations.get(abbreviation)
    },
  }
}

/** Those of winter and summer of this year. */
function abbreviationsIn(timeZone: string, offsetAt: (utcMs: number) => number) {
  const year = new Date().getUTCFullYear()
  const times = [0, 6].map(month => new Date(Date.UTC(year, month, 1)))
  return new Map(
    times.flatMap(time =>
      abbreviationsOf(timeZone, time).map(name => [name, offsetAt(time.getTime())] as const),
    ),
  )
}

function localOffset(utcMs: number): number {
  return -new Date(utcMs).getTimezoneOffset() * 60_000
}

/** Intl takes microseconds for an answer, which holds for a quarter of an hour. */
function offsetsOf(timeZone: string): (utcMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const known = new Map<number, number>()
  return utcMs => {
    const quarter = Math.floor(utcMs / QUARTER_MS)
    const cached = known.get(quarter)
    if (cached !== undefined) return cached
    if (known.size >= MOST_QUARTERS) known.clear()
    const startMs = quarter * QUARTER_MS
    const parts = new Map(
      format.formatToParts(startMs).map(({ type, value }) => [type, Number(value)]),
    )
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    // Date.UTC would take the year 26 for 1926.
    const shownMs =
      new Date(0).setUTCFullYear(part('year'), part('month') - 1, part('day')) +
      ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000
    known.set(quarter, shownMs - startMs)
    return shownMs - startMs
  }
}
