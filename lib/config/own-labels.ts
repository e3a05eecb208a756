import type { Path, Report } from '../errors.ts'
import { isMap } from './schema/leaf.ts'

/** What the agent itself puts at the top of every event, with a field of each. */
const OWN_MAPS: ReadonlyMap<string, string> = new Map([
  ['agent', 'name'],
  ['ecs', 'version'],
  ['event', 'module'],
  ['host', 'name'],
])

/** What is no field of an event that could be the same in all. */
const NEVER = ['@timestamp', '@metadata']

interface Labels {
  readonly fields: Readonly<Record<string, unknown>>
  readonly fields_under_root: boolean
}

/** Reports `fields` that would take the place of the agent's own, so that both were lost, or have no effect. */
export function reportOwnLabels(
  { fields, fields_under_root }: Labels,
  path: Path,
  report: Report,
): void {
  if (!fields_under_root) return
  for (const [key, value] of Object.entries(fields)) {
    const at = [...path, 'fields', key]
    const own = OWN_MAPS.get(key)
    if (own !== undefined && !isMap(value)) {
      const message = `must be a map: with fields_under_root it would take the place of ${key}.${own}`
      report(at, message, message)
    } else if (NEVER.includes(key)) {
      const message = 'must not be set: each event has its own'
      report(at, message, message)
    }
  }
}
