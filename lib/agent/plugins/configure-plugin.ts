import type { PluginConfig, RawSection } from '../../config/config.ts'
import { parseSettings } from '../../config/schema/settings.ts'
import { withTextsOf } from '../../config/texts.ts'
import { messageOf, type Path, type Report } from '../../errors.ts'
import { loadPlugin, type PluginKind, type Plugins, UnknownPlugin } from './load.ts'
import { type PluginPlaces, UntrustedFile } from './locate.ts'

/** How the plugins of a configuration are loaded, and where their problems go. */
export interface Loading {
  readonly places: PluginPlaces
  /** Is added to the message about a failed import. */
  readonly remedy: string
  readonly report: Report
  /** Why files can't be trusted, as far as it is reported: they share the folders on their way. */
  readonly untrusted: Set<string>
}

interface Configured<K extends PluginKind, C> {
  readonly kind: K
  readonly id: string
  readonly plugin: Plugins[K]
  readonly settings: unknown
  readonly path: Path
  readonly config: C
}

/** Loads a plugin and parses its section; undefined after a problem, which has been reported. */
export async function configurePlugin<K extends PluginKind, C extends PluginConfig>(
  kind: K,
  config: C,
  { places, remedy, report, untrusted }: Loading,
): Promise<Configured<K, C> | undefined> {
  const { id, type, typePath, section } = config
  const { path } = section
  try {
    const plugin = await loadPlugin(kind, type, places, remedy)
    const settings = parseSettings<unknown>(plugin, withShared(config, plugin.schema), report)
    return settings === undefined ? undefined : { kind, id, plugin, settings, path, config }
  } catch (error) {
    if (error instanceof UntrustedFile) {
      for (const each of error.problems.filter(problem => !untrusted.has(problem))) {
        untrusted.add(each)
        report(typePath, each)
      }
      return undefined
    }
    const isNameOnly = error instanceof UnknownPlugin && typePath === path
    return void report(typePath, isNameOnly ? error.short : messageOf(error))
  }
}

function withShared({ section, shared = {} }: PluginConfig, schema: object): RawSection {
  const own = Object.entries(shared).filter(([key]) => Object.hasOwn(schema, key))
  const value = { ...section.value, ...Object.fromEntries(own) }
  return { ...section, value: withTextsOf(section.value, value) }
}
