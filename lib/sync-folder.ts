import { open } from 'node:fs/promises'

/** Without it, a crash could undo a rename in the folder, or take a new file from it: rename(2), fsync(2). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
