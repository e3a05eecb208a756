import { chmodSync, copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One thing in a package. Everything is root's: what is not is made by tmpfiles.d. */
export interface Entry {
  /** Absolute, where it is installed. */
  readonly path: string
  /** Permission bits. */
  readonly mode: number
  /** Of a file; a folder has none. */
  readonly content?: { readonly text: string } | { readonly source: string }
  /** A configuration file: what the operator has changed in it outlives an upgrade. */
  readonly config?: boolean
}

export function file(path: string, text: string, mode = 0o644): Entry {
  return { path, mode, content: { text } }
}

export function copy(path: string, source: string, mode = 0o644): Entry {
  return { path, mode, content: { source } }
}

export function configFile(path: string, text: string, mode: number): Entry {
  return { ...file(path, text, mode), config: true }
}

export function folder(path: string, mode: number): Entry {
  return { path, mode }
}

/** Writes the entries below `root`, each with the same time, so that the same input gives the same bytes. */
export function stage(entries: readonly Entry[], root: string, epoch: number): void {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))
  for (const { path, mode, content } of sorted) {
    const target = join(root, path)
    if (!content) mkdirSync(target, { recursive: true })
    else mkdirSync(dirname(target), { recursive: true })
    if (content && 'text' in content) writeFileSync(target, content.text)
    if (content && 'source' in content) copyFileSync(content.source, target)
    chmodSync(target, mode)
    utimesSync(target, epoch, epoch)
  }
}

/** Every folder above an entry. */
export function foldersOf(entries: readonly Entry[]): readonly string[] {
  const folders = entries.flatMap(({ path }) => {
    const parts = path.split('/').slice(1, -1)
    return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`)
  })
  return [...new Set(folders)].sort()
}
