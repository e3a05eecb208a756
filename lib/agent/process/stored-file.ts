import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AgentError, codeOf, messageOf } from '../../errors.ts'
import { plainReason } from '../../system-errors.ts'

/**
 * The JSON object in a file that the agent wrote itself; undefined where there is no file yet.
 *
 * @throws AgentError `STATE_INVALID` where it holds anything else: starting afresh in silence would
 *   send everything again, or never; `OPEN_FAILED` where it can't be read
 */
export async function readStoredObject(
  file: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readIfPresent(file)
  if (text === undefined) return undefined
  const value = parse(file, text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw damaged(file, 'it holds no JSON object')
  }
  return Object.fromEntries(Object.entries(value))
}

export function damaged(file: string, reason: string): AgentError {
  return new AgentError(
    'STATE_INVALID',
    `${file} is damaged (${reason}): restore it, or delete it to start afresh`,
  )
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new AgentError('OPEN_FAILED', plainReason(error), { cause: error })
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw damaged(file, messageOf(error))
  }
}

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
