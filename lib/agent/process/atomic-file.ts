import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces a file so that whoever reads it, after a power cut too, finds the old text or the new,
 * never a part: written beside, fsynced, renamed, and the folder fsynced. Mode 0600.
 *
 * One writer per file: the name beside is always the same, so that a crash leaves at most one.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const beside = `${file}.new`
  const handle = await open(beside, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
  await syncFolder(dirname(file))
}

/** Without this the rename itself may be lost (rename(2), fsync(2)). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
