import type { BootStep } from '../../boot/steps.ts'
import { type Paint, readableEvent, readableLog } from '../../log/readable.ts'

interface Terminal {
  readonly paint: Paint
  /** Undefined if it has not told its size. */
  readonly columns: number | undefined
}

/** Of the longest step, `install`. */
const STEP_COLUMNS = 7

const INDENT = '  '

/**
 * A step as lines. On a terminal, the events and the log of the agent are as they would be there, and nothing that
 * it says can steer the terminal of root; elsewhere, they are as they were written.
 */
export function textOf(
  { step, found, hint, lines = [] }: BootStep,
  terminal: Terminal | undefined,
): string {
  const words = hint === undefined ? found : `failed: ${found}; ${hint}`
  const isEvent = step === 'events' && hint === undefined
  const shown = lines.map(line => (terminal ? readable(line, isEvent, terminal) : line))
  const head = `${step.padEnd(STEP_COLUMNS)}  ${words}\n`
  const more = shown.flatMap(text => text.split('\n')).map(line => `${INDENT}${line}\n`)
  return (terminal ? readableLog(head, terminal.paint) : head) + more.join('')
}

function readable(line: string, isEvent: boolean, { paint, columns }: Terminal): string {
  if (!isEvent) return readableLog(`${line}\n`, paint).trimEnd()
  return readableEvent(line, paint, columns === undefined ? undefined : columns - INDENT.length)
}
