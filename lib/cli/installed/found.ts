import { existsSync } from 'node:fs'
import { Imports } from '../../agent/plugins/imports.ts'
import { type InstalledPlugin, installedPlugins } from '../../agent/plugins/installed.ts'
import { builtinBeats } from '../../agent/plugins/load.ts'
import { usesOf } from '../../agent/plugins/uses.ts'
import { refuseExit } from '../../agent/process/own-exit.ts'
import { parseConfig } from '../../config/parse.ts'
import { type ConfigDocument, readDocument } from '../../config/source/document.ts'
import type { Call } from '../command.ts'

/**
 * The plugins that the configuration can name, and the document that names some of them. Undefined: there is no
 * beat.yml and no beat.d, and nobody has named another file. Then plugins are looked for as if it were where it is looked for.
 *
 * @throws AgentError `CONFIG_INVALID` if the configuration can't be read; what it says may be wrong
 */
export async function findPlugins({ source, values }: Call): Promise<{
  readonly plugins: readonly InstalledPlugin[]
  readonly document: ConfigDocument | undefined
}> {
  const isNamed = values('config').length > 0 || Boolean(source.env.SEALBEAT_CONFIG)
  const hasFile = isNamed || source.files.some(file => existsSync(file))
  const isThere = hasFile || (source.dropIns !== undefined && existsSync(source.dropIns))
  const document = readDocument(hasFile ? source : { ...source, files: [] })
  const { config } = parseConfig(document)
  const { config: folder, home } = config.path
  const { strictPerms } = document
  const imports = new Imports()
  const places = { builtins: builtinBeats(), config: folder, home, strictPerms, imports }
  const allowExit = refuseExit()
  const plugins = await installedPlugins(places, isThere ? usesOf(config) : []).finally(allowExit)
  return { plugins, document: isThere ? document : undefined }
}
