import type { Path, Report } from '../errors.ts'
import type { ProcessorConfig } from './config.ts'
import { mapBelow, parseKeyed } from './keyed-plugin.ts'
import { isMap } from './schema/leaf.ts'
import { reportUnlike } from './schema/show.ts'

/** Keys that the schema of a processor must not have: the framework uses them, or is going to. */
export const RESERVED_PROCESSOR_KEYS: readonly string[] = ['type', 'when']

/**
 * Parses a list of processors: the agent's, or a beat's. The schema has already reported a value that is not
 * a list.
 */
export function parseProcessors(
  written: unknown = [],
  path: Path,
  report: Report,
): readonly ProcessorConfig[] {
  if (!Array.isArray(written)) return []
  return written
    .map((item, at) => parseProcessor(item, [...path, at], report))
    .filter(processor => processor !== undefined)
}

const EXAMPLE = '{ add_fields: { fields: { env: test } } }'

function parseProcessor(item: unknown, path: Path, report: Report): ProcessorConfig | undefined {
  if (!isMap(item)) return void reportUnlike(`must be a map such as ${EXAMPLE}`, item, path, report)
  const [id, ...more] = Object.keys(item)
  if (id === undefined) return void report(path, `must be a map such as ${EXAMPLE}`)
  if (more.length > 0) {
    const message = `must have one key, the name of a processor, besides which it has ${more.join(', ')}`
    return void report(path, `${message}; indent the settings of a processor below its name`)
  }
  const here = [...path, id]
  const section = mapBelow(here, item[id], report)
  return section && parseKeyed(here, section, ['type'], report)
}
