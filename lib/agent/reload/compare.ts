import { isDeepStrictEqual } from 'node:util'
import type { ConfiguredBeat, Plan } from '../configure.ts'

/** What a reload does to the beats. The running ones in `removed` and `unchanged`, else the new ones. */
export interface Changes {
  readonly added: readonly ConfiguredBeat[]
  readonly removed: readonly ConfiguredBeat[]
  /** Their settings are others, or what their events carry. */
  readonly restarted: readonly ConfiguredBeat[]
  readonly unchanged: readonly ConfiguredBeat[]
}

type Beats = Pick<Plan, 'beats'>

/** A beat is the same where its id is, wherever it stands in the list. */
export function changesBetween(running: Beats, wanted: Beats): Changes {
  const before = byId(running)
  const after = byId(wanted)
  const kept = wanted.beats.flatMap(beat => {
    const old = before.get(beat.config.id)
    return old ? [{ beat, old, same: isSame(old, beat) }] : []
  })
  return {
    added: wanted.beats.filter(({ config }) => !before.has(config.id)),
    removed: running.beats.filter(({ config }) => !after.has(config.id)),
    restarted: kept.filter(({ same }) => !same).map(({ beat }) => beat),
    unchanged: kept.filter(({ same }) => same).map(({ old }) => old),
  }
}

function byId({ beats }: Beats): ReadonlyMap<string, ConfiguredBeat> {
  return new Map(beats.map(beat => [beat.config.id, beat]))
}

/** Of the same code (its `type` may be written in two ways), told the same, marking its events alike. */
function isSame(a: ConfiguredBeat, b: ConfiguredBeat): boolean {
  const alike = isDeepStrictEqual
  return a.beat === b.beat && alike(a.settings, b.settings) && alike(a.marks, b.marks)
}
