import { join } from 'node:path'
import { AgentError, messageOf } from '../../errors.ts'
import { runTool } from '../formats/tool.ts'
import { copy, type Entry } from '../formats/tree.ts'

/**
 * The files of a folder that npm would publish (`files` of package.json, .npmignore), without nested packages
 * and symbolic links.
 *
 * @throws AgentError `OPEN_FAILED` if npm can't list them
 */
export function publishedFiles(folder: string, target: string): readonly Entry[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const output = runTool('npm', args, { cwd: folder })
  return listed(output, folder)
    .filter(({ path }) => !path.split('/').includes('node_modules'))
    .map(({ path, mode }) => copy(join(target, path), join(folder, path), publishedMode(mode)))
}

interface Listed {
  readonly path: string
  readonly mode: number
}

/** Older versions of npm print a list of packages, newer ones an object of them by name. */
function listed(output: string, folder: string): readonly Listed[] {
  try {
    const packed: readonly { readonly files: readonly Listed[] }[] = Object.values(
      JSON.parse(output),
    )
    return packed.flatMap(({ files }) => files)
  } catch (error) {
    throw new AgentError('OPEN_FAILED', `npm pack in ${folder}: ${messageOf(error)}`)
  }
}

/** Executable or not: the other bits depend on the umask of whoever created the file. */
export function publishedMode(mode: number): number {
  return mode & 0o100 ? 0o755 : 0o644
}
