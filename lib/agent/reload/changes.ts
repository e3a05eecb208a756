// Which beats come, go, change or stay in a reload. The processors of the agent belong to each beat: its events
// pass them.

import { isDeepStrictEqual } from 'node:util'
import {
  type ConfiguredBeat,
  type ConfiguredPlugin,
  type ConfiguredProcessor,
  type ConfiguredStep,
  type Plan,
  processorsIn,
} from '../plan.ts'

/** The beats of a reload. `removed` and `unchanged` are those that run; the others are the new ones. */
export interface Changes {
  readonly added: readonly ConfiguredBeat[]
  readonly removed: readonly ConfiguredBeat[]
  /** Their settings, or what the configuration adds to their events, have changed. */
  readonly restarted: readonly ConfiguredBeat[]
  /** Nothing but the processors that their events pass has changed: they run on. */
  readonly processors: readonly ConfiguredBeat[]
  readonly unchanged: readonly ConfiguredBeat[]
}

type Beats = Pick<Plan, 'beats'>

/** Two beats are the same one if their ids are equal, wherever they stand in the list. */
export function changesBetween(running: Beats, wanted: Beats): Changes {
  const before = byId(running)
  const after = byId(wanted)
  const kept = wanted.beats.flatMap(beat => {
    const old = before.get(beat.id)
    return old ? [{ beat, old, change: changeOf(old, beat) }] : []
  })
  const newOf = (wanted: Change) =>
    kept.filter(({ change }) => change === wanted).map(({ beat }) => beat)
  return {
    added: wanted.beats.filter(({ id }) => !before.has(id)),
    removed: running.beats.filter(({ id }) => !after.has(id)),
    restarted: newOf('beat'),
    processors: newOf('processors'),
    unchanged: kept.filter(({ change }) => change === 'none').map(({ old }) => old),
  }
}

function byId({ beats }: Beats): ReadonlyMap<string, ConfiguredBeat> {
  return new Map(beats.map(beat => [beat.id, beat]))
}

type Change = 'none' | 'processors' | 'beat'

function changeOf(a: ConfiguredBeat, b: ConfiguredBeat): Change {
  if (!isSamePlugin(a, b) || !isDeepStrictEqual(a.enrichment, b.enrichment)) return 'beat'
  return a.processors.length === b.processors.length &&
    a.processors.every((list, at) => areSameSteps(list, b.processors[at]))
    ? 'none'
    : 'processors'
}

/** The plugins that a reload opens: new and changed beats, and all processors of those whose own have changed. */
export function openedBy({ added, restarted, processors }: Changes): readonly ConfiguredPlugin[] {
  const beats = [...added, ...restarted]
  const lists = [...beats, ...processors].flatMap(beat => beat.processors)
  return [...beats, ...new Set(lists.flatMap(processorsIn))]
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
