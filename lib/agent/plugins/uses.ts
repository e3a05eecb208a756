import type { Config, PluginConfig, StepConfig } from '../../config/config.ts'
import type { Path } from '../../errors.ts'
import type { PluginKind } from './load.ts'

/** A plugin that a configuration names. */
export interface Use {
  readonly kind: PluginKind
  readonly type: string
  /** Where it names it. */
  readonly path: Path
}

/** Every use of a plugin in what is enabled. */
export function usesOf({
  beats,
  output,
  processors,
}: Pick<Config, 'beats' | 'output' | 'processors'>): readonly Use[] {
  const enabled = beats.filter(beat => beat.enabled)
  return [
    ...enabled.flatMap(beat => [useOf('beat', beat), ...usesIn(beat.processors)]),
    ...usesIn(processors),
    useOf('output', output),
  ]
}

function usesIn(steps: readonly StepConfig[]): readonly Use[] {
  return steps.flatMap(step =>
    'condition' in step
      ? [...usesIn(step.ifTrue), ...usesIn(step.ifFalse)]
      : [useOf('processor', step)],
  )
}

function useOf(kind: PluginKind, { type, typePath }: PluginConfig): Use {
  return { kind, type, path: typePath }
}
