import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for one test, with a function that removes it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sealbeat-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A folder on its own disk of `size` (in the notation of mount(8)); undefined if not root. */
export function smallDisk(size: string): { readonly path: string; remove(): void } | undefined {
  const { path, remove } = temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    remove()
    return undefined
  }
  return {
    path,
    remove() {
      execFileSync('umount', ['-l', path])
      remove()
    },
  }
}

/** name → content of every file. */
export function contentsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort()
  return Object.fromEntries(names.map(name => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** The files below a folder that this process has open. */
export function openBelow(folder: string): readonly string[] {
  return openFiles().flatMap(({ path }) => (path.startsWith(folder) ? [path] : []))
}

/** The descriptors by which this process has a file open. */
export function descriptorsOf(file: string): readonly number[] {
  return openFiles().flatMap(({ fd, path }) => (path === file ? [fd] : []))
}

function openFiles() {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return [{ fd: Number(fd), path: readlinkSync(`/proc/self/fd/${fd}`) }]
    } catch {
      return [] // the descriptor of the listing itself
    }
  })
}
