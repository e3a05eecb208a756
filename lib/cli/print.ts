import { codeOf } from '../errors.ts'
import { flowLines } from '../log/flow.ts'
import { columnsOf, terminalOf } from '../log/terminal.ts'
import { fitted } from './help/fitted.ts'

/**
 * Writes to standard output and resolves when everything is written. A reader that has gone (`| head`) has
 * what it wanted, so EPIPE is not an error and the rest is discarded.
 */
export function print(output: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without a listener, the error would also end the process.
    process.stdout.on('error', () => undefined)
    process.stdout.write(output, error => {
      if (error && codeOf(error) !== 'EPIPE') reject(error)
      else resolve()
    })
  })
}

/** Rows of a table, or lines of text, for people: on a terminal that is too narrow they go on indented. */
export function printLines(text: string): Promise<void> {
  return print(flowLines(text, columnsOf(terminalOf(1)), '    '))
}

/** A text of paragraphs and tables, such as a help: on a terminal it goes on in the last column of its row. */
export function printFitted(text: string): Promise<void> {
  return print(fitted(text, columnsOf(terminalOf(1))))
}

export function printJson(value: unknown): Promise<void> {
  return print(`${JSON.stringify(value, null, 2)}\n`)
}
