import { agentPlugin } from '../../lib/agent/agent-plugin.ts'
import type { ConfiguredPlugin } from '../../lib/agent/plan.ts'
import { builtinBeats, builtinNames, loadPlugin } from '../../lib/agent/plugins/load.ts'
import type { Plugin } from '../../lib/plugin.ts'

/** A plugin that comes with the framework. */
export interface BuiltinPlugin {
  readonly kind: ConfiguredPlugin['kind']
  readonly plugin: Plugin
}

/**
 * Every plugin that comes with the framework, the agent itself first, then the beats, the processors and the
 * outputs. The reference of settings is made of this list, and the checks of plugins are run over it.
 */
export async function builtinPlugins(): Promise<readonly BuiltinPlugin[]> {
  const places = { builtins: builtinBeats(), config: '/', home: '/' }
  const kinds = ['beat', 'processor', 'output'] as const
  const loaded = kinds.flatMap(kind =>
    builtinNames(kind).map(async name => {
      return { kind, plugin: await loadPlugin(kind, name, places) }
    }),
  )
  return [{ kind: 'agent', plugin: agentPlugin }, ...(await Promise.all(loaded))]
}
