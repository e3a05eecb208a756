import { join } from 'node:path'
import { AgentError, messageOf } from '../errors.ts'
import { NPM, runTool } from './run-tool.ts'
import { copy, type Entry } from './tree.ts'

/**
 * The files of an agent's folder, as npm would publish them (`files` of package.json, .npmignore).
 *
 * @param not files and folders that are left out: what is installed elsewhere, and earlier packages
 * @throws AgentError `OPEN_FAILED` where npm can't tell
 */
export function ownFiles(folder: string, home: string, not: readonly string[]): readonly Entry[] {
  return listed(folder)
    .map(path => ({ path, source: join(folder, path) }))
    .filter(({ source }) => not.every(each => source !== each && !source.startsWith(`${each}/`)))
    .map(({ path, source }) => copy(join(home, path), source))
}

function listed(folder: string): readonly string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const said = runTool(NPM, args, { cwd: folder })
  try {
    const [packed]: readonly { files: readonly { path: string }[] }[] = JSON.parse(said)
    return (packed?.files ?? []).map(({ path }) => path)
  } catch (error) {
    throw new AgentError('OPEN_FAILED', `npm pack, in ${folder}: ${messageOf(error)}`)
  }
}
