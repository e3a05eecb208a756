import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '../../errors.ts'

const ROOT = 0

/**
 * What root opens in these folders must not be for others to choose. An agent that becomes another user leaves its
 * folders to that user, and the next start opens lock, log and events in them as root, before it is sealed: a
 * symbolic link in their place would have it write anywhere. So root follows none there but its own, as the kernel
 * does in sticky folders (fs.protected_symlinks).
 *
 * @throws AgentError `OPEN_FAILED` naming every link
 */
export function refuseForeignLinks(folders: readonly string[]): void {
  if (process.geteuid?.() !== ROOT) return
  const links = folders.flatMap(foreignLinks)
  if (links.length === 0) return
  const [are, them] =
    links.length === 1 ? ['is a symbolic link', 'it'] : ['are symbolic links', 'them']
  throw new AgentError(
    'OPEN_FAILED',
    `${links.join(', ')} ${are} that root did not make and would follow: remove ${them}, or chown -h root`,
  )
}

function foreignLinks(folder: string): readonly string[] {
  return entriesOf(folder).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return foreignLinks(path)
    return entry.isSymbolicLink() && lstatSync(path).uid !== ROOT ? [path] : []
  })
}

/** None if there is no such folder yet. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
