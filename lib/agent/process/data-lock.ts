import { type FileHandle, open } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { getSystemErrorName } from 'node:util'
import type { LoadedAddon } from '../../addon.ts'
import { AgentError } from '../../errors.ts'

/** A folder that one agent uses alone, by the setting that names it. */
type LockedPath = 'path.data' | 'queue.disk.path'

const WORDS: Readonly<Record<LockedPath, string>> = {
  'path.data': 'data path',
  'queue.disk.path': 'queue path',
}

/** Held until it is released or the process ends, in whatever way: flock(2). */
export interface DataLock {
  /** Set if no lock is possible here, so that two agents could still share the path. */
  readonly warning?: string
  release(): Promise<void>
}

/**
 * Makes sure that no other agent uses a folder. `setting`: where it is from.
 *
 * @throws AgentError `OPEN_FAILED`, in Beats' words, when another process holds the lock
 */
export async function lockFolder(
  setting: LockedPath,
  folder: string,
  loaded: LoadedAddon,
): Promise<DataLock> {
  const handle = await open(join(folder, 'sealbeat.lock'), 'a+', 0o600)
  const release = () => handle.close()
  if ('problem' in loaded) return { warning: loaded.problem, release }
  const errno = loaded.addon.lockFile(handle.fd)
  if (errno === constants.errno.EWOULDBLOCK) throw await alreadyLocked(setting, folder, handle)
  if (errno !== 0) return { warning: `flock: ${getSystemErrorName(-errno)}`, release }
  await writeHolder(handle)
  return { release }
}

async function alreadyLocked(
  setting: LockedPath,
  folder: string,
  handle: FileHandle,
): Promise<AgentError> {
  const holder = await handle.readFile('utf8')
  await handle.close()
  return new AgentError(
    'OPEN_FAILED',
    `${WORDS[setting]} already locked by another beat. Please make sure that multiple beats are not ` +
      `sharing the same ${WORDS[setting]} (${setting}): ${folder} is held by process ${holder.trim()}`,
  )
}

/** Only for the message above: the kernel holds the lock, and a stale number locks nobody out. */
async function writeHolder(handle: FileHandle): Promise<void> {
  await handle.truncate(0)
  await handle.appendFile(`${process.pid}\n`)
}
