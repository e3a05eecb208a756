// Replaces what a regular expression matches, as Go's ReplaceAllString does, which Beats uses.
//
//   $1 ${1} $name ${name}   what a group has taken; nothing if it took no part, or there is none
//   $1x                     is ${1x}: a name is as long as it can be
//   $$                      a dollar, and so is a $ that nothing of the above follows
//
// A match of nothing right behind the match before it is passed by: `b*` to X makes XaXcX of abc.

import type { Match, Pattern } from './pattern.ts'

/** Text that takes longer is refused: some patterns look at the rest of the text for each match. */
const MOST_MS = 1000
const MATCHES_BETWEEN_LOOKS = 64

/** @throws Error, by the function, if it takes longer than a second */
export function replacerOf(pattern: Pattern, replacement: string): (text: string) => string {
  const parts = partsOf(replacement, pattern)
  const fixed = parts.every(part => typeof part === 'string') ? parts.join('') : undefined
  const write = (match: Match) => fixed ?? parts.map(part => textOf(part, match)).join('')
  return text => {
    // To know that there is none takes re2js a fiftieth of what it takes to say where.
    if (!pattern.test(text)) return text
    const scan = pattern.scan(text, fixed === undefined)
    let match = scan(0)
    const startedMs = performance.now()
    let matches = 0
    let result = ''
    let end = 0
    while (match !== undefined) {
      const from: number = match.index
      const to: number = from + match.text.length
      result += text.slice(end, from)
      if (to > end || from === 0) result += write(match)
      end = to
      if (++matches % MATCHES_BETWEEN_LOOKS === 0 && performance.now() - startedMs > MOST_MS) {
        throw new Error(`it takes longer than ${MOST_MS} ms`)
      }
      const next: number = to > from ? to : from + widthAt(text, from)
      match = next > text.length ? undefined : scan(next)
    }
    return result + text.slice(end)
  }
}

/** Text, the place of a group in `groups`, or null: all of the match. */
type Part = string | number | null

const VARIABLE = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu

function partsOf(replacement: string, pattern: Pattern): readonly Part[] {
  const parts: Part[] = []
  let at = 0
  for (const { 0: written, 1: braced, 2: bare, index } of replacement.matchAll(VARIABLE)) {
    parts.push(replacement.slice(at, index), partOf(braced ?? bare, pattern))
    at = index + written.length
  }
  parts.push(replacement.slice(at))
  return parts.filter(part => part !== '')
}

function partOf(name: string | undefined, { names }: Pattern): Part {
  if (name === undefined) return '$'
  if (name === '0') return null
  if (/^[1-9]\d{0,7}$/.test(name)) return Number(name) - 1
  return names.get(name) ?? ''
}

function textOf(part: Part, { text, groups }: Match): string {
  if (part === null) return text
  return typeof part === 'number' ? (groups[part] ?? '') : part
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}
