import type { FileHandle } from 'node:fs/promises'

const NEWLINE = 10

/** Ends a torn last line and returns the bytes written. The line is not cut off, as it may not be ours. */
export async function endTornLine(handle: FileHandle, size: number): Promise<number> {
  if (size === 0) return 0
  const last = Buffer.alloc(1)
  await handle.read(last, 0, 1, size - 1)
  if (last[0] === NEWLINE) return 0
  await handle.write('\n')
  return 1
}
