import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../folders.ts'

/**
 * Makes a folder that is missing, with those above it, and syncs what they are in: else a power cut could take
 * them, and every synced file in them. Node's own `recursive` tries for ever where none can be made, such as
 * below /proc.
 */
export async function makeKept(folder: string): Promise<void> {
  if (await isFolder(folder)) return
  const above = dirname(folder)
  if (above !== folder) await makeKept(above)
  try {
    await mkdir(folder, { mode: 0o750 })
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (await isFolder(folder)) return
    throw error
  }
  // A folder above that may not be read: it was there before, so this is all that can be done.
  await syncFolder(above).catch(() => undefined)
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}
