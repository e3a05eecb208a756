import { flow } from '../../log/flow.ts'

/**
 * Fits a text of paragraphs and tables into the terminal: what is too wide goes on below, in the last column of its
 * row. Where columns are endless, the text stays as it is.
 */
export function fitted(text: string, columns: number): string {
  if (text.split('\n').every(line => line.length <= columns)) return text
  return text
    .replace(IN_PARAGRAPH, '$1 ')
    .split('\n')
    .map(line => flow(line, columns, ' '.repeat(indentOf(line))))
    .join('\n')
}

/** The end of a line whose sentence goes on in the next one. */
const IN_PARAGRAPH = /^(\S.*[^:\n])\n(?=\S)/gm

/** Where the last column begins. */
function indentOf(line: string): number {
  return /^ *(?:\S+ )*\S* {2,}(?=\S)/.exec(line)?.[0].length ?? 0
}
