// The first record of a text, as Go's encoding/csv reads it with lazy quotes: a quote inside a field without
// quotes is text, and so is one inside a field with quotes that no separator or line end follows.

export interface CsvOptions {
  readonly separator: string
  readonly trimLeadingSpace: boolean
}

/** Undefined if there is none: the text is empty, or has nothing but line ends. */
export function firstRecord(text: string, options: CsvOptions): readonly string[] | undefined {
  let line = nextLine(text, 0)
  while (line !== undefined && line.body === '') line = nextLine(text, line.next)
  return line === undefined ? undefined : readRecord(text, line, options)
}

interface Line {
  /** Without its line end. */
  readonly body: string
  readonly hasEnd: boolean
  readonly next: number
}

function nextLine(text: string, from: number): Line | undefined {
  if (from >= text.length) return undefined
  const end = text.indexOf('\n', from)
  const stop = end < 0 ? text.length : end
  const body = text.slice(from, text[stop - 1] === '\r' && stop > from ? stop - 1 : stop)
  return { body, hasEnd: end >= 0, next: stop + 1 }
}

function readRecord(
  text: string,
  first: Line,
  { separator, trimLeadingSpace }: CsvOptions,
): readonly string[] {
  const fields: string[] = []
  let line = first
  let at = 0
  for (;;) {
    if (trimLeadingSpace) at += line.body.length - at - line.body.slice(at).trimStart().length
    if (line.body[at] !== '"') {
      const end = line.body.indexOf(separator, at)
      fields.push(line.body.slice(at, end < 0 ? undefined : end))
      if (end < 0) return fields
      at = end + separator.length
      continue
    }
    at++
    const parts: string[] = []
    let isLast = false
    for (;;) {
      const quote = line.body.indexOf('"', at)
      if (quote >= 0) {
        parts.push(line.body.slice(at, quote))
        at = quote + 1
        if (line.body[at] === '"') {
          parts.push('"')
          at++
        } else if (line.body.startsWith(separator, at)) {
          at += separator.length
          break
        } else if (at === line.body.length) {
          isLast = true
          break
        } else {
          parts.push('"')
        }
        continue
      }
      // The field goes on in the next line, if there is one.
      parts.push(line.body.slice(at))
      const next = nextLine(text, line.next)
      if (line.hasEnd) parts.push('\n')
      if (next === undefined) {
        isLast = true
        break
      }
      line = next
      at = 0
    }
    fields.push(parts.join(''))
    if (isLast) return fields
  }
}
