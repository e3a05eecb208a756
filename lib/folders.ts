import { existsSync, mkdirSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Without it, a crash could undo a rename in the folder, or take a new file from it: rename(2), fsync(2). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes a folder that is missing, with those above it. Node's own `recursive` tries for ever where none can be made,
 * such as below /proc.
 *
 * @throws the system's error
 */
export function makeFolder(folder: string, mode: number): void {
  const above = dirname(folder)
  if (!existsSync(above)) makeFolder(above, mode)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}
