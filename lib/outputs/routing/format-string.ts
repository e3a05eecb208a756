// Texts with fields of events in them, as Beats has them: `logs-%{[service.name]:other}-%{+yyyy.MM.dd}`.
//
//   %{[a.b]}       the field; without it there is no text at all
//   %{[a.b]:x}     the field, or else x
//   %{+yyyy.MM}    the time of the event in UTC, in the letters of Joda-Time that Beats knows

/** Reads a field of an event; undefined if it has none. */
type Get = (field?: string) => unknown

/** Makes the text for an event; undefined if a field is missing. */
export type FormatString = (get: Get) => string | undefined

type Part = (get: Get) => string | undefined

/** @throws Error with what is wrong, in words */
export function compileFormat(written: string): FormatString {
  const parts: Part[] = []
  let rest = written
  while (rest !== '') {
    const begin = rest.indexOf('%{')
    if (begin !== 0) {
      const text = begin < 0 ? rest : rest.slice(0, begin)
      parts.push(() => text)
      rest = begin < 0 ? '' : rest.slice(begin)
      continue
    }
    const end = rest.indexOf('}')
    if (end < 0) throw new Error(`"${rest}" has no closing }`)
    parts.push(partOf(rest.slice(2, end)))
    rest = rest.slice(end + 1)
  }
  return get => {
    let text = ''
    for (const part of parts) {
      const next = part(get)
      if (next === undefined) return undefined
      text += next
    }
    return text
  }
}

function partOf(inner: string): Part {
  if (inner.startsWith('+')) return timePart(inner.slice(1))
  const [, field, , otherwise] = /^\[([^\]]+)\](:(.*))?$/s.exec(inner) ?? []
  if (field === undefined) {
    throw new Error(`"%{${inner}}" must be %{[field]}, %{[field]:default} or %{+yyyy.MM.dd}`)
  }
  return get => textOf(get(field)) ?? otherwise
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

const two = (value: number) => String(value).padStart(2, '0')

/** ISO 8601: the week that has the Thursday. */
function weekOf(date: Date): { readonly year: number; readonly week: number } {
  const day = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()))
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7))
  const first = Date.UTC(day.getUTCFullYear(), 0, 1)
  return { year: day.getUTCFullYear(), week: Math.ceil(((day.getTime() - first) / 864e5 + 1) / 7) }
}

const LETTERS: Readonly<Record<string, (date: Date) => string>> = {
  yyyy: date => String(date.getUTCFullYear()),
  yy: date => two(date.getUTCFullYear() % 100),
  MM: date => two(date.getUTCMonth() + 1),
  M: date => String(date.getUTCMonth() + 1),
  dd: date => two(date.getUTCDate()),
  d: date => String(date.getUTCDate()),
  HH: date => two(date.getUTCHours()),
  mm: date => two(date.getUTCMinutes()),
  ss: date => two(date.getUTCSeconds()),
  xxxx: date => String(weekOf(date).year),
  ww: date => two(weekOf(date).week),
}

function timePart(pattern: string): Part {
  if (pattern === '') throw new Error('"%{+}" must say which time, such as %{+yyyy.MM.dd}')
  const pieces = (pattern.match(/([A-Za-z])\1*|[^A-Za-z]+/g) ?? []).map(piece => {
    if (!/[A-Za-z]/.test(piece)) return () => piece
    const letters = LETTERS[piece]
    if (letters === undefined) {
      throw new Error(
        `"${piece}" in "%{+${pattern}}" must be one of ${Object.keys(LETTERS).join(', ')}`,
      )
    }
    return letters
  })
  // Most events of a moment have the same text.
  let [last, text] = ['', '']
  return get => {
    const at = get('@timestamp')
    if (typeof at !== 'string') return undefined
    if (at === last) return text
    const date = new Date(at)
    if (Number.isNaN(date.getTime())) return undefined
    last = at
    text = pieces.map(piece => piece(date)).join('')
    return text
  }
}
