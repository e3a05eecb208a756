import { basename } from 'node:path'
import { formatPath, type Path, type Report } from '../errors.ts'
import type { BeatConfig } from './config.ts'
import { isMap } from './schema/leaf.ts'
import { applySchema } from './schema/section.ts'
import { reportUnlike, show } from './schema/show.ts'
import { beatSchema, ID } from './sections.ts'

const BASE_KEYS = Object.keys(beatSchema)

/**
 * The list below `beats`, each beat split into the keys all have and the section of its own. What
 * isn't a list has been reported by the schema.
 */
export function parseBeats(written: unknown = [], report: Report): readonly BeatConfig[] {
  return Array.isArray(written) ? parseList(written, report) : []
}

function parseList(items: readonly unknown[], report: Report): readonly BeatConfig[] {
  const beats = items.map((item, at) => parseBeat(item, ['beats', at], report))
  const found = beats.filter(beat => beat !== undefined)
  reportDuplicateIds(found, report)
  // Where one can't be read, it may have been the enabled one.
  if (found.length === items.length && !found.some(({ enabled }) => enabled)) {
    report(['beats'], 'no beat is enabled; the agent needs one, such as beats: [{ type: host }]')
  }
  return found
}

function parseBeat(item: unknown, path: Path, report: Report): BeatConfig | undefined {
  if (!isMap(item)) {
    return void reportUnlike('must be a map such as { type: host }', item, path, report)
  }
  const isBase = ([key]: readonly [string, unknown]) => BASE_KEYS.includes(key)
  const entries = Object.entries(item)
  const base = Object.fromEntries(entries.filter(isBase))
  const own = Object.fromEntries(entries.filter(entry => !isBase(entry)))
  const keys = applySchema(beatSchema, { path, value: base }, report)
  // Without a type there is nothing to load, and nothing that could judge the rest.
  if (keys === undefined || keys.type === null) return undefined
  const id = keys.id || nameOfType(keys.type)
  if (!ID.test(id)) report([...path, 'type'], `no id can be made of ${show(keys.type)}; give one`)
  return { ...keys, id, section: { path, value: own, alsoKnown: BASE_KEYS } }
}

/** `./my-beat.js` → `my-beat`, `@acme/disk-beat` → `disk-beat`. */
function nameOfType(type: string): string {
  return basename(type).replace(/\.[cm]?[jt]s$/, '')
}

function reportDuplicateIds(beats: readonly BeatConfig[], report: Report): void {
  const first = new Map<string, BeatConfig>()
  for (const beat of beats) {
    const twin = first.get(beat.id)
    if (twin === undefined) first.set(beat.id, beat)
    else {
      const where = formatPath(twin.section.path)
      report(
        [...beat.section.path, 'id'],
        `${show(beat.id)} is the id of ${where} already; give one of them another`,
      )
    }
  }
}
