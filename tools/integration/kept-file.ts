import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * The ids in a file of events. A kill may have torn a line, with the next one behind it, so what is looked for is the
 * ids themselves: `pattern` has them as its first group.
 */
export async function* idsIn(
  file: string,
  pattern = /"id":"([^"]+:\d+)"/g,
): AsyncGenerator<string> {
  if (!existsSync(file)) return
  for await (const line of createInterface({ input: createReadStream(file) })) {
    for (const [, id = ''] of line.matchAll(pattern)) yield id
  }
}
