import type { Report } from '../errors.ts'
import type { OutputConfig } from './config.ts'
import { isMap } from './schema/leaf.ts'
import { reportUnlike } from './schema/show.ts'

/** Stands in when the intended output is unknown: it has no settings that could cause more problems. */
const STAND_IN: OutputConfig = { type: 'console', section: { path: ['output'], value: {} } }

/** The one enabled output below `output`. The schema has already reported a value that is not a map. */
export function parseOutput(written: unknown = {}, report: Report): OutputConfig {
  return isMap(written) ? parseMap(written, report) : STAND_IN
}

function parseMap(written: Readonly<Record<string, unknown>>, report: Report): OutputConfig {
  const types = Object.keys(written)
  const outputs = types.map(type => parseOne(type, written[type], report))
  const sound = outputs.filter(output => output !== undefined)
  const enabled = sound.filter(output => output !== 'disabled')
  if (sound.length === types.length) reportCount(enabled, report)
  return enabled[0] ?? STAND_IN
}

function parseOne(
  type: string,
  written: unknown,
  report: Report,
): OutputConfig | 'disabled' | undefined {
  const path = ['output', type]
  const section = written ?? {}
  if (!isMap(section)) {
    return void reportUnlike('must be a map of its settings, such as {}', written, path, report)
  }
  const { enabled = true, ...value } = section
  if (typeof enabled !== 'boolean') {
    return void reportUnlike('must be true or false', enabled, [...path, 'enabled'], report)
  }
  return enabled ? { type, section: { path, value, alsoKnown: ['enabled'] } } : 'disabled'
}

function reportCount(enabled: readonly OutputConfig[], report: Report): void {
  const [first, ...more] = enabled
  if (first === undefined) {
    report(['output'], 'no output is enabled; the agent needs one, such as output.console: {}')
  }
  for (const { type } of more) {
    report(['output', type], `only one output may be enabled, and ${first?.type} already is`)
  }
}
