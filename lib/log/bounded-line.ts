/** A longer line may be more than a log on a full disk keeps in memory: it would be dropped as a whole. */
const MAX_LINE_LENGTH = 48 * 1024

/** Of a message and a stack that are longer, nobody reads the rest. */
const MAX_TEXT_LENGTH = 8 * 1024

/** A line of JSON whose texts are cut, if it is too long: an error may have all that a server has answered. */
export function boundedLine(line: string): string {
  if (line.length <= MAX_LINE_LENGTH) return line
  return `${JSON.stringify(JSON.parse(line), cut)}\n`
}

function cut(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= MAX_TEXT_LENGTH) return value
  return `${value.slice(0, MAX_TEXT_LENGTH)}…`
}
