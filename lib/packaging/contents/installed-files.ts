import { existsSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { copy, type Entry } from '../formats/tree.ts'
import { publishedMode } from './published.ts'

/** Of other packages and of tools: nothing that is to run. */
const NOT = new Set(['node_modules', '.git'])

/**
 * All that a folder has, as it is, without the packages in it. Symbolic links, which an install script may
 * have made, stay what they are within the folder; what they lead to elsewhere is copied.
 *
 * @param root the package's folder, which links may not leave
 */
export function installedFiles(folder: string, target: string, root = folder): readonly Entry[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !NOT.has(name))
    .flatMap(entry => {
      const [source, path] = [join(folder, entry.name), join(target, entry.name)]
      if (entry.isSymbolicLink()) return linked(source, path, root)
      if (entry.isDirectory()) return installedFiles(source, path, root)
      return entry.isFile() ? [copyOf(source, path)] : []
    })
}

/** One that leads nowhere, or to a folder elsewhere, which is not the package's, is left out. */
function linked(source: string, path: string, root: string): readonly Entry[] {
  if (!existsSync(source)) return []
  const real = realpathSync(source)
  const link = readlinkSync(source)
  const isInside = !relative(root, real).startsWith('..')
  if (isInside && !link.startsWith('/')) return [{ path, mode: 0o777, content: { link } }]
  return statSync(real).isFile() ? [copyOf(real, path)] : []
}

function copyOf(source: string, path: string): Entry {
  return copy(path, source, publishedMode(statSync(source).mode))
}
