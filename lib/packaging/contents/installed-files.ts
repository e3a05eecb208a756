import { existsSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { copy, type Entry } from '../formats/tree.ts'
import { publishedMode } from './published.ts'

/** Other packages and files of tools: the package itself runs none of these. */
const SKIPPED = new Set(['node_modules', '.git'])

/**
 * All files of a folder, unchanged, without nested packages. Symbolic links, which an install script may have
 * made, stay links if they lead to a place within the folder; files elsewhere that they lead to are copied.
 *
 * @param root the package's folder, which links may not leave
 */
export function installedFiles(folder: string, target: string, root = folder): readonly Entry[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .flatMap(entry => {
      const [source, path] = [join(folder, entry.name), join(target, entry.name)]
      if (entry.isSymbolicLink()) return linked(source, path, root)
      if (entry.isDirectory()) return installedFiles(source, path, root)
      return entry.isFile() ? [copyOf(source, path)] : []
    })
}

/** Leaves out a link that leads nowhere, or to a folder elsewhere, which is not part of the package. */
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
