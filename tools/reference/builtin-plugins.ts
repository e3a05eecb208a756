import { agentPlugin } from '../../lib/agent/agent-plugin.ts'
import type { ConfiguredPlugin } from '../../lib/agent/plan.ts'
import { builtinBeatNames, builtinBeats, loadBeat } from '../../lib/agent/plugins/load.ts'
import { BUILTIN_OUTPUT_NAMES, builtinOutput } from '../../lib/outputs/builtin.ts'
import type { Plugin } from '../../lib/plugin.ts'

/** A plugin that comes with the framework. */
export interface BuiltinPlugin {
  readonly kind: ConfiguredPlugin['kind']
  readonly plugin: Plugin
}

/**
 * Every plugin that comes with the framework, the agent itself first, then the beats and the outputs. The
 * reference of settings is made of this list, and the checks of plugins are run over it.
 */
export async function builtinPlugins(): Promise<readonly BuiltinPlugin[]> {
  const builtins = builtinBeats()
  const places = { builtins, config: '/', home: '/' }
  const beats = builtinBeatNames(builtins).map(name => loadBeat(name, places))
  const outputs = BUILTIN_OUTPUT_NAMES.map(name => builtinOutput(name))
  return [
    { kind: 'agent', plugin: agentPlugin },
    ...(await Promise.all(beats)).map(plugin => ({ kind: 'beat', plugin }) as const),
    ...(await Promise.all(outputs)).flatMap(plugin =>
      plugin ? [{ kind: 'output', plugin } as const] : [],
    ),
  ]
}
