/** Removes characters from the begin, the end or both of a text. */
export function trimmer(
  characters: string,
  where: 'none' | 'left' | 'right' | 'all',
): (text: string) => string {
  if (where === 'none') return text => text
  const trimmed = new Set(characters)
  const atStart = where !== 'right'
  const atEnd = where !== 'left'
  return text => {
    let start = 0
    let end = text.length
    if (atStart) {
      for (let next = characterAt(text, start); trimmed.has(next) && start < end; ) {
        start += next.length
        next = characterAt(text, start)
      }
    }
    if (atEnd) {
      for (let last = characterBefore(text, end); trimmed.has(last) && end > start; ) {
        end -= last.length
        last = characterBefore(text, end)
      }
    }
    return text.slice(start, end)
  }
}

function characterAt(text: string, at: number): string {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at) ?? 0) : ''
}

function characterBefore(text: string, end: number): string {
  const isLow = /[\udc00-\udfff]/.test(text.charAt(end - 1))
  return isLow && end > 1 ? characterAt(text, end - 2).slice(0, 2) : text.charAt(end - 1)
}
