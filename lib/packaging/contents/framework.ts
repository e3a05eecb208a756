import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadedAddonFile, prebuiltName } from '../../addon.ts'
import { AgentError } from '../../errors.ts'
import { packageRoot } from '../../own-package.ts'
import { copy, type Entry } from '../formats/tree.ts'

const TARGET = '/node_modules/sealbeat'

/**
 * The framework that runs now, as much of it as an agent runs: its bundle and the addon, ready to load.
 *
 * @throws AgentError `OPEN_FAILED` where the addon can't be loaded here
 */
export function frameworkEntries(): readonly Entry[] {
  if (process.platform !== 'linux')
    throw new AgentError('OPEN_FAILED', 'packages are made on Linux')
  const root = fileURLToPath(packageRoot())
  const addon = loadedAddonFile()
  if ('problem' in addon) throw new AgentError('OPEN_FAILED', addon.problem)
  return [
    ...['package.json', 'LICENSE'].map(name => copy(join(TARGET, name), join(root, name))),
    ...bundled(join(root, 'dist/bundle'), join(TARGET, 'dist/bundle')),
    copy(join(TARGET, prebuiltName()), addon.file),
  ]
}

/** Without the source maps, which only developers of the framework have a use for. */
function bundled(source: string, target: string): readonly Entry[] {
  return readdirSync(source, { withFileTypes: true }).flatMap(entry => {
    const [from, to] = [join(source, entry.name), join(target, entry.name)]
    if (entry.isDirectory()) return bundled(from, to)
    return entry.name.endsWith('.map') ? [] : [copy(to, from)]
  })
}
