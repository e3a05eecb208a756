import { basename } from 'node:path'
import { formatPath, type Path, type Report } from '../errors.ts'
import type { BeatConfig } from './config.ts'
import { reportOwnLabels } from './own-labels.ts'
import { parseProcessors } from './processors.ts'
import { isMap } from './schema/leaf.ts'
import { applySchema } from './schema/section.ts'
import { reportUnlike, show } from './schema/show.ts'
import { beatSchema, ID } from './sections.ts'
import { partOf } from './texts.ts'

/** Keys that the section of every beat has, so that the schema of a beat must not have them. */
export const RESERVED_BEAT_KEYS: readonly string[] = Object.keys(beatSchema)

/**
 * Parses the list below `beats`: each beat is split into the keys that all beats have and its own section.
 * The schema has already reported a value that is not a list.
 */
export function parseBeats(
  written: unknown = [],
  report: Report,
  locate: Locate,
): readonly BeatConfig[] {
  return Array.isArray(written) ? parseList(written, report, locate) : []
}

/** Where a path was written: `beat.yml:14:5`. */
type Locate = (path: Path) => string | undefined

/** Far more than an agent has: the modules of so many are looked up within a second. */
const MAX_BEATS = 1000

function parseList(
  items: readonly unknown[],
  report: Report,
  locate: Locate,
): readonly BeatConfig[] {
  if (items.length > MAX_BEATS) {
    report(['beats'], `has ${items.length} beats, and at most ${MAX_BEATS} are allowed`)
    return []
  }
  const beats = items.map((item, at) => parseBeat(item, ['beats', at], report))
  const found = beats.filter(beat => beat !== undefined)
  reportDuplicateIds(found, report, locate)
  // A beat that can't be read may have been the enabled one.
  if (found.length === items.length && !found.some(({ enabled }) => enabled)) {
    report(['beats'], 'no beat is enabled; the agent needs one, such as beats: [{ type: host }]')
  }
  return found
}

function parseBeat(item: unknown, path: Path, report: Report): BeatConfig | undefined {
  if (!isMap(item)) {
    return void reportUnlike('must be a map such as { type: host }', item, path, report)
  }
  const isBase = (key: string) => RESERVED_BEAT_KEYS.includes(key)
  const base = partOf(item, isBase)
  const own = partOf(item, key => !isBase(key))
  const keys = applySchema(beatSchema, { path, value: base }, report)
  // Without a type there is nothing to load, and no schema for the other keys.
  if (keys === undefined || keys.type === null) return undefined
  reportOwnLabels(keys, path, report)
  const id = keys.id || nameOfType(keys.type)
  if (!ID.test(id))
    report([...path, 'type'], `no id can be derived from ${show(keys.type)}; set id`)
  const typePath = [...path, 'type']
  const processors = parseProcessors(base.processors, [...path, 'processors'], report)
  const section = { path, value: own, alsoKnown: RESERVED_BEAT_KEYS }
  return { ...keys, id, typePath, processors, section }
}

/** `./my-beat.js` → `my-beat`, `@acme/disk-beat` → `disk-beat`. */
function nameOfType(type: string): string {
  return basename(type).replace(/\.[cm]?[jt]s$/, '')
}

/** Both places are named: each may be in a file of its own. */
function reportDuplicateIds(beats: readonly BeatConfig[], report: Report, locate: Locate): void {
  const first = new Map<string, BeatConfig>()
  for (const beat of beats) {
    const twin = first.get(beat.id)
    if (twin === undefined) first.set(beat.id, beat)
    else {
      const place = locate([...twin.section.path, 'id'])
      const where = `${formatPath(twin.section.path)}${place === undefined ? '' : ` (${place})`}`
      report(
        [...beat.section.path, 'id'],
        `${show(beat.id)} is already the id of ${where}; change one of them`,
      )
    }
  }
}
