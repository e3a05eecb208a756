import type { Path, Report } from '../errors.ts'
import type { PluginConfig } from './config.ts'
import { accepts, text } from './schema/formats.ts'
import { isMap } from './schema/leaf.ts'
import { reportUnlike } from './schema/show.ts'
import { partOf } from './texts.ts'

type Map = Readonly<Record<string, unknown>>

/** The section below a key that names a plugin. Nothing below the key is an empty section. */
export function mapBelow(path: Path, written: unknown, report: Report): Map | undefined {
  const section = written ?? {}
  if (isMap(section)) return section
  return void reportUnlike('must be a map of its settings, such as {}', written, path, report)
}

/**
 * Parses a section whose key names the plugin: `file: { … }`, `mine: { type: ./mine.js, … }`.
 *
 * @param known keys that the framework has taken out, for suggestions
 * @returns undefined if the type is wrong: then there is nothing to load, and no schema for the other keys
 */
export function parseKeyed(
  path: Path,
  written: Map,
  known: readonly string[],
  report: Report,
): PluginConfig | undefined {
  const id = String(path.at(-1))
  const { type } = written
  const value = partOf(written, key => key !== 'type')
  const section = { path, value, alsoKnown: known }
  if (type === undefined || type === '') return { id, type: id, typePath: path, section }
  const typePath = [...path, 'type']
  if (isText(type)) return { id, type, typePath, section }
  return void reportUnlike(text.expected, type, typePath, report)
}

function isText(value: unknown): value is string {
  return accepts(text, value)
}
