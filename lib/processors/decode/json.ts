// JSON that comes from anywhere: nested no deeper than the pipeline can follow, and whole numbers that a
// number can't hold become the text of their digits instead of another number.

/** Elasticsearch takes 20 levels. */
const DEEPEST = 200
const LONG_DIGITS = /\d{16}/

/**
 * @throws Error if it is no JSON, or nested too deep; the text is not in the message
 */
export function parseJson(text: string): unknown {
  // Each level takes two characters.
  if (text.length > 2 * DEEPEST && depthOf(text) > DEEPEST) {
    throw new Error(`nested deeper than ${DEEPEST} levels`)
  }
  const value: unknown = parse(text)
  return LONG_DIGITS.test(text) ? parse(withLongNumbersQuoted(text)) : value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('no valid JSON')
  }
}

/** How deep maps and lists are nested. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = stringEnd(text, at)
    else if (code === OPEN_LIST || code === OPEN_MAP) deepest = Math.max(deepest, ++depth)
    else if (code === CLOSE_LIST || code === CLOSE_MAP) depth--
  }
  return deepest
}

/** Of valid JSON. */
function withLongNumbersQuoted(text: string): string {
  const parts: string[] = []
  let copied = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = stringEnd(text, at)
    else if (code === MINUS || isDigit(code)) {
      const end = numberEnd(text, at)
      const number = text.slice(at, end)
      if (/^-?\d{16,}$/.test(number) && !Number.isSafeInteger(Number(number))) {
        parts.push(text.slice(copied, at), `"${number}"`)
        copied = end
      }
      at = end - 1
    }
  }
  parts.push(text.slice(copied))
  return parts.join('')
}

/** Where the quotation mark is that ends a string. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end
  }
  return text.length
}

function numberEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && '+-.0123456789eE'.includes(text.charAt(end))) end++
  return end
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

const QUOTE = 0x22
const MINUS = 0x2d
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_MAP = 0x7b
const CLOSE_MAP = 0x7d
