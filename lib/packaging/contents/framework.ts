import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadedAddonFile, prebuiltName } from '../../addon.ts'
import { AgentError } from '../../errors.ts'
import { packageRoot } from '../../own-package.ts'
import { copy, type Entry } from '../formats/tree.ts'

const TARGET = '/node_modules/sealbeat'

/**
 * The running framework, as far as an agent needs it: its bundle and the addon, ready to load.
 *
 * @throws AgentError `OPEN_FAILED` if this is not Linux, or the addon can't be loaded
 */
export function frameworkEntries(): readonly Entry[] {
  if (process.platform !== 'linux')
    throw new AgentError('OPEN_FAILED', 'packages can only be made on Linux')
  const root = fileURLToPath(packageRoot())
  const addon = loadedAddonFile()
  if ('problem' in addon) throw new AgentError('OPEN_FAILED', addon.problem)
  return [
    ...['package.json', 'LICENSE'].map(name => copy(join(TARGET, name), join(root, name))),
    ...bundled(join(root, 'dist/bundle'), join(TARGET, 'dist/bundle')),
    copy(join(TARGET, prebuiltName()), addon.file),
  ]
}

/** Leaves out source maps, which only developers of the framework use. */
function bundled(source: string, target: string): readonly Entry[] {
  return readdirSync(source, { withFileTypes: true }).flatMap(entry => {
    const [from, to] = [join(source, entry.name), join(target, entry.name)]
    if (entry.isDirectory()) return bundled(from, to)
    return entry.name.endsWith('.map') ? [] : [copy(to, from)]
  })
}
