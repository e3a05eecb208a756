import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { AgentError, messageOf } from '../errors.ts'
import { copy, type Entry } from './tree.ts'

/**
 * The files of an agent's folder, as npm would publish them (`files` of package.json, .npmignore), but
 * for its configuration, which is installed elsewhere.
 *
 * @throws AgentError `OPEN_FAILED` where npm can't tell
 */
export function ownFiles(folder: string, home: string, configuration: string): readonly Entry[] {
  return listed(folder)
    .filter(path => join(folder, path) !== configuration)
    .map(path => copy(join(home, path), join(folder, path)))
}

function listed(folder: string): readonly string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  try {
    const said = execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
    const [packed]: readonly { files: readonly { path: string }[] }[] = JSON.parse(said)
    return (packed?.files ?? []).map(({ path }) => path)
  } catch (error) {
    throw new AgentError('OPEN_FAILED', `npm pack, in ${folder}: ${messageOf(error)}`)
  }
}
