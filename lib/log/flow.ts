import { stripVTControlCharacters } from 'node:util'

/** On a narrower terminal the indent would take what room there is. */
const NARROWEST = 40

/**
 * Breaks a line between words where it is wider than the terminal. What follows is indented; a word that is wider
 * by itself is left whole, so that it can be copied. Colours take no room.
 */
export function flow(line: string, columns: number, indent: string): string {
  if (columns < NARROWEST || widthOf(line) <= columns) return line
  const lines: string[] = []
  // Spaces between the columns of a table stay as they are.
  for (const word of line.match(/ *[^ ]+/g) ?? []) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(word)
    else if (widthOf(last) + widthOf(word) <= columns) lines[lines.length - 1] = last + word
    else lines.push(indent + word.trimStart())
  }
  return lines.join('\n')
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}

/** Breaks each line of a text; what follows is indented further than the line. */
export function flowLines(text: string, columns: number, indent: string): string {
  return text.replace(/^.+$/gm, line => flow(line, columns, beginOf(line) + indent))
}

function beginOf(line: string): string {
  return ' '.repeat(line.length - line.trimStart().length)
}
