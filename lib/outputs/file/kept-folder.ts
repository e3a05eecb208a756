import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../sync-folder.ts'

/**
 * Makes a folder that is missing, with those above it, and syncs what they are in: else a power cut could take
 * them, and every synced file in them.
 */
export async function makeKept(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o750 })
  if (made === undefined) return
  for (let each = folder; each.length >= made.length; each = dirname(each)) {
    // A folder above that may not be read: it was there before, so this is all that can be done.
    await syncFolder(dirname(each)).catch(() => undefined)
  }
}
