import { isDeepStrictEqual } from 'node:util'
import type {
  ConfiguredBeat,
  ConfiguredPlugin,
  ConfiguredProcessor,
  ConfiguredStep,
  Plan,
} from '../plan.ts'

/** The beats of a reload. `removed` and `unchanged` are those that run; the others are the new ones. */
export interface Changes {
  readonly added: readonly ConfiguredBeat[]
  readonly removed: readonly ConfiguredBeat[]
  /** Their settings, their processors, or what the configuration adds to their events, have changed. */
  readonly restarted: readonly ConfiguredBeat[]
  readonly unchanged: readonly ConfiguredBeat[]
}

type Beats = Pick<Plan, 'beats'>

/** Two beats are the same one if their ids are equal, wherever they stand in the list. */
export function changesBetween(running: Beats, wanted: Beats): Changes {
  const before = byId(running)
  const after = byId(wanted)
  const kept = wanted.beats.flatMap(beat => {
    const old = before.get(beat.id)
    return old ? [{ beat, old, same: isSame(old, beat) }] : []
  })
  return {
    added: wanted.beats.filter(({ id }) => !before.has(id)),
    removed: running.beats.filter(({ id }) => !after.has(id)),
    restarted: kept.filter(({ same }) => !same).map(({ beat }) => beat),
    unchanged: kept.filter(({ same }) => same).map(({ old }) => old),
  }
}

function byId({ beats }: Beats): ReadonlyMap<string, ConfiguredBeat> {
  return new Map(beats.map(beat => [beat.id, beat]))
}

function isSame(a: ConfiguredBeat, b: ConfiguredBeat): boolean {
  return (
    isSamePlugin(a, b) &&
    isDeepStrictEqual(a.enrichment, b.enrichment) &&
    a.processors.length === b.processors.length &&
    a.processors.every((list, at) => areSameSteps(list, b.processors[at]))
  )
}

function areSameSteps(a: readonly ConfiguredStep[], b: readonly ConfiguredStep[] = []): boolean {
  return a.length === b.length && a.every((step, at) => isSameStep(step, b[at]))
}

function isSameStep(a: ConfiguredStep, b: ConfiguredStep | undefined): boolean {
  if (a.kind === 'processor') return b?.kind === 'processor' && isSameProcessor(a, b)
  return (
    b?.kind === 'branch' &&
    isDeepStrictEqual(a.condition.written, b.condition.written) &&
    areSameSteps(a.ifTrue, b.ifTrue) &&
    areSameSteps(a.ifFalse, b.ifFalse)
  )
}

/** Another name is another one: its log lines have it. */
function isSameProcessor(a: ConfiguredProcessor, b: ConfiguredProcessor): boolean {
  return (
    a.id === b.id &&
    isSamePlugin(a, b) &&
    isDeepStrictEqual(a.when?.written, b.when?.written) &&
    a.config.failOnError === b.config.failOnError
  )
}

/** Compares the module, not `type`, which can be written in several ways. */
function isSamePlugin(a: ConfiguredPlugin, b: ConfiguredPlugin): boolean {
  return a.plugin === b.plugin && isDeepStrictEqual(a.settings, b.settings)
}
