import { parseSection } from '../../lib/config/schema/section.ts'
import type { EventMeta } from '../../lib/event.ts'
import type { Batch, OutputType } from '../../lib/output.ts'

/** Settings as a configuration with them makes them. */
export function settingsOf<S>({ schema }: OutputType<S>, written: object): S {
  const problems: string[] = []
  const section = { path: [], value: { ...written } }
  const settings = parseSection(schema, section, (path, text) =>
    problems.push(`${path.join('.')} ${text}`),
  )
  if (settings === undefined) throw new Error(problems.join())
  return settings
}

/** A batch of these lines, each in a chunk of its own. */
export function batchOf(
  lines: readonly string[],
  meta: readonly (EventMeta | undefined)[] = [],
): Batch {
  const ends: number[] = []
  let end = 0
  for (const line of lines) {
    end += Buffer.byteLength(line) + 1
    ends.push(end)
  }
  const chunks = lines.map(line => Buffer.from(`${line}\n`))
  return { count: lines.length, chunks, ends, lines, meta }
}
