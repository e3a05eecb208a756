import { type Logger, pino } from 'pino'

export interface Line {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** A logger whose lines can be looked at. */
export function listeningLog(): { readonly log: Logger; readonly lines: readonly Line[] } {
  const lines: Line[] = []
  const formatters = { level: (level: string) => ({ level }) }
  const log = pino(
    { level: 'trace', base: null, formatters },
    { write: text => lines.push(JSON.parse(text)) },
  )
  return { log, lines }
}

export function messagesOf(lines: readonly Line[]): readonly string[] {
  return lines.map(({ msg }) => msg)
}
