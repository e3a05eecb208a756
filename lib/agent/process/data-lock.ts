import { type FileHandle, open } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { getSystemErrorName } from 'node:util'
import type { LoadedAddon } from '../../addon.ts'
import { AgentError } from '../../errors.ts'

/** Held until it is released or the process ends, in whatever way: flock(2). */
export interface DataLock {
  /** Set if no lock is possible here, so that two agents could still share the path. */
  readonly warning?: string
  release(): Promise<void>
}

/**
 * Makes sure that no other agent uses `path.data`.
 *
 * @throws AgentError `OPEN_FAILED`, in Beats' words, when another process holds the lock
 */
export async function lockDataPath(dataPath: string, loaded: LoadedAddon): Promise<DataLock> {
  const handle = await open(join(dataPath, 'sealbeat.lock'), 'a+', 0o600)
  const release = () => handle.close()
  if ('problem' in loaded) return { warning: loaded.problem, release }
  const errno = loaded.addon.lockFile(handle.fd)
  if (errno === constants.errno.EWOULDBLOCK) throw await alreadyLocked(dataPath, handle)
  if (errno !== 0) return { warning: `flock: ${getSystemErrorName(-errno)}`, release }
  await writeHolder(handle)
  return { release }
}

async function alreadyLocked(dataPath: string, handle: FileHandle): Promise<AgentError> {
  const holder = await handle.readFile('utf8')
  await handle.close()
  return new AgentError(
    'OPEN_FAILED',
    'data path already locked by another beat. Please make sure that multiple beats are not ' +
      `sharing the same data path (path.data): ${dataPath} is held by process ${holder.trim()}`,
  )
}

/** Only for the message above: the kernel holds the lock, and a stale number locks nobody out. */
async function writeHolder(handle: FileHandle): Promise<void> {
  await handle.truncate(0)
  await handle.appendFile(`${process.pid}\n`)
}
