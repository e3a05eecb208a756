import {
  chmodSync,
  constants,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '../../errors.ts'

/** A file, folder or link in a package. Root owns them all; tmpfiles.d makes what other users own. */
export interface Entry {
  /** The absolute path where it is installed. */
  readonly path: string
  /** Permission bits. */
  readonly mode: number
  /** The content of a file, or the target of a symbolic link; a folder has none. */
  readonly content?:
    | { readonly text: string | Uint8Array }
    | { readonly source: string }
    | { readonly link: string }
  /** A configuration file: upgrades keep the operator's changes. */
  readonly config?: boolean
}

export function file(path: string, text: string | Uint8Array, mode = 0o644): Entry {
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

/** The same entries below another folder. */
export function below(place: string, entries: readonly Entry[]): readonly Entry[] {
  return entries.map(entry => ({ ...entry, path: join(place, entry.path) }))
}

/** The content of a file; undefined for folders and links. */
export function bytesOf({ content }: Entry): Uint8Array | undefined {
  if (!content || 'link' in content) return undefined
  return 'text' in content ? Buffer.from(content.text) : readFileSync(content.source)
}

/**
 * Writes the entries and the folders above them below `root`, all with the same time, so that the same input
 * gives the same bytes, whatever the umask.
 *
 * @param epoch seconds since 1970
 * @throws AgentError `OPEN_FAILED` if two entries have the same path
 */
export function stage(entries: readonly Entry[], root: string, epoch: number): void {
  refuseDuplicates(entries)
  const listed = new Set(entries.map(({ path }) => path))
  const above = ['/', ...foldersOf(entries)].filter(path => !listed.has(path))
  const all = [...above.map(path => folder(path, 0o755)), ...entries]
  all.sort((a, b) => (a.path < b.path ? -1 : 1))
  for (const entry of all) write(entry, join(root, entry.path))
  // Comes last, as every file that is written into a folder changes the folder's time.
  for (const { path } of all) lutimesSync(join(root, path), epoch, epoch)
}

function refuseDuplicates(entries: readonly Entry[]): void {
  const taken = new Set<string>()
  const files = entries.filter(({ content }) => content)
  for (const path of [...files.map(each => each.path), ...foldersOf(entries)]) {
    if (taken.has(path)) {
      const message = `the package would contain ${path} twice: rename one of the two`
      throw new AgentError('OPEN_FAILED', message)
    }
    taken.add(path)
  }
}

function write({ mode, content }: Entry, target: string): void {
  if (!content) mkdirSync(target, { recursive: true })
  else if ('link' in content) symlinkSync(content.link, target)
  else if ('text' in content) writeFileSync(target, content.text)
  else copyFileSync(content.source, target, constants.COPYFILE_FICLONE)
  // A link has no mode of its own, and chmod would change that of its target.
  if (!content || !('link' in content)) chmodSync(target, mode)
}

/** Every folder above an entry. */
function foldersOf(entries: readonly Entry[]): readonly string[] {
  const folders = entries.flatMap(({ path }) => {
    const parts = path.split('/').slice(1, -1)
    return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`)
  })
  return [...new Set(folders)].sort()
}
