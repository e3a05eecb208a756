import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { PathSettings } from '../../config/config.ts'
import { version } from '../../own-package.ts'
import type { EventSource } from '../../pipeline/encoding/enrichment.ts'
import type { Pipeline } from '../../pipeline/pipeline.ts'
import type { SourceCounts } from '../../pipeline/stats.ts'
import type { ConfiguredBeat } from '../plan.ts'
import type { Attribution } from '../process/attribution.ts'
import type { Identity } from '../process/identity.ts'
import { openState } from '../process/state.ts'
import { openChain } from './chain.ts'
import type { Supervised } from './supervise.ts'

/** A beat together with everything that it needs to run, whatever its types of settings and resources. */
export interface OpenBeat extends Supervised {
  readonly id: string
  readonly counts: Readonly<BeatCounts>
  /**
   * Lets events pass these processors from now on: none that is published passes some of both. Those that
   * they replace are closed.
   *
   * @throws Error that names the processor that can't be opened; then nothing has changed
   */
  pass(processors: ConfiguredBeat['processors']): void
  /** Does nothing while the beat still runs, as it still uses its resources. */
  close(): Promise<void>
}

/** The events of one beat, counted since the start. */
export interface BeatCounts extends SourceCounts {
  /** By the name of a processor, at how many events it has failed. */
  readonly failed: Map<string, number>
}

/** The things that all beats share. */
export interface BeatDeps {
  readonly paths: Pick<PathSettings, 'data'>
  readonly identity: Identity
  readonly attribution: Attribution
  readonly pipeline: Pipeline
  readonly log: Logger
  /** Whether beats do one round in place of their `run`. */
  readonly once: boolean
}

export async function openBeat(
  configured: ConfiguredBeat,
  counts: BeatCounts,
  deps: BeatDeps,
): Promise<OpenBeat> {
  const { plugin: beat, settings, id } = configured
  const { pipeline, attribution } = deps
  const log = deps.log.child({ beat: id })
  const source = sourceOf(configured, deps.identity)
  const state = await openState(deps.paths.data, id)
  const openProcessors = (lists: ConfiguredBeat['processors']) =>
    attribution.to(id, () => openChain(lists, { log, failed: counts.failed }))
  let processors = openProcessors(configured.processors)
  const resources = await attribution
    .to(id, async () => beat.open?.({ settings, log }))
    .catch(error => {
      attribution.to(id, () => processors.close())
      throw error
    })
  let running = false

  function pass(lists: ConfiguredBeat['processors']): void {
    const before = processors
    processors = openProcessors(lists)
    // `publish` passes its events before it returns: none is on its way through those of before.
    attribution.to(id, () => before.close())
  }

  async function run(signal: AbortSignal): Promise<void> {
    const from = [source, signal, counts, () => processors.chain] as const
    const publish = pipeline.publisher(...from)
    const lines = pipeline.linePublisher(...from)
    running = true
    try {
      const context = { settings, log, id, signal, state, publish, lines }
      if (deps.once) await beat.once?.(context, resources)
      else await beat.run(context, resources)
    } finally {
      running = false
    }
  }

  async function close(): Promise<void> {
    if (running) return
    try {
      await attribution.to(id, async () => beat.close?.(resources))
    } finally {
      attribution.to(id, () => processors.close())
    }
    await state.flush()
  }

  return { id, log, counts, pass, run: signal => attribution.to(id, () => run(signal)), close }
}

/** The ECS release whose field names the events use. */
const ECS_VERSION = '8.17.0'

function sourceOf({ plugin, enrichment }: ConfiguredBeat, identity: Identity): EventSource {
  return {
    agent: {
      id: identity.id,
      ephemeral_id: identity.ephemeralId,
      name: enrichment.name,
      type: 'sealbeat',
      version: version(),
    },
    ecs: { version: ECS_VERSION },
    host: { name: hostname() },
    event: { module: plugin.name },
    layers: enrichment.layers,
  }
}
