import type { Report } from '../errors.ts'
import type { OutputConfig } from './config.ts'
import { OUTPUT_KEYS } from './delivery.ts'
import { mapBelow, parseKeyed } from './keyed-plugin.ts'
import { isMap } from './schema/leaf.ts'
import { reportUnlike } from './schema/show.ts'
import { partOf } from './texts.ts'

/** Stands in when the intended output is unknown: it has no settings that could cause more problems. */
const STAND_IN: OutputConfig = {
  id: 'console',
  type: 'console',
  typePath: ['output'],
  section: { path: ['output'], value: {} },
  delivery: { path: ['output'], value: {} },
}

/** The one enabled output below `output`. The schema has already reported a value that is not a map. */
export function parseOutput(written: unknown = {}, report: Report): OutputConfig {
  return isMap(written) ? parseMap(written, report) : STAND_IN
}

function parseMap(written: Readonly<Record<string, unknown>>, report: Report): OutputConfig {
  const ids = Object.keys(written)
  const outputs = ids.map(id => parseOne(id, written[id], report))
  const sound = outputs.filter(output => output !== undefined)
  const enabled = sound.filter(output => output !== 'disabled')
  if (sound.length === ids.length) reportCount(enabled, report)
  return enabled[0] ?? STAND_IN
}

function parseOne(
  id: string,
  written: unknown,
  report: Report,
): OutputConfig | 'disabled' | undefined {
  const path = ['output', id]
  const section = mapBelow(path, written, report)
  if (section === undefined) return undefined
  const { enabled = true } = section
  const rest = partOf(section, key => key !== 'enabled')
  if (typeof enabled !== 'boolean') {
    return void reportUnlike('must be true or false', enabled, [...path, 'enabled'], report)
  }
  if (!enabled) return 'disabled'
  const isDelivery = (key: string) => key !== 'type' && OUTPUT_KEYS.includes(key)
  const delivery = { path, value: partOf(rest, isDelivery) }
  const own = partOf(rest, key => !isDelivery(key))
  const plugin = parseKeyed(path, own, OUTPUT_KEYS, report)
  return plugin && { ...plugin, delivery }
}

function reportCount(enabled: readonly OutputConfig[], report: Report): void {
  const [first, ...more] = enabled
  if (first === undefined) {
    report(['output'], 'no output is enabled; the agent needs one, such as output.console: {}')
  }
  for (const { id } of more) {
    report(['output', id], `only one output may be enabled, and ${first?.id} already is`)
  }
}
