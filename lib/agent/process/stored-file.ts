import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AgentError, codeOf, messageOf } from '../../errors.ts'
import { syncFolder } from '../../folders.ts'
import { readRegularFile } from '../../regular-file.ts'
import { plainReason } from '../../system-errors.ts'

/** Far more than any state, which is written as a whole each time. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * Reads the JSON object in a file that the agent wrote itself. Returns undefined if there is no file yet.
 *
 * @throws AgentError `STATE_INVALID` if the file holds anything else, as starting afresh silently would
 *   send everything again or nothing any more; `OPEN_FAILED` if it can't be read
 */
export async function readStoredObject(
  file: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = readIfPresent(file)
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

/** Whoever was in the agent before may have left anything there: it must not keep the next start waiting. */
function readIfPresent(file: string): string | undefined {
  try {
    return readRegularFile(file, MAX_BYTES).bytes.toString()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    const system = error instanceof Error ? error.cause : undefined
    const reason = system === undefined ? `${file}: ${messageOf(error)}` : plainReason(system)
    throw new AgentError('OPEN_FAILED', reason, { cause: error })
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
 * Replaces a file so that a reader finds the old text or the new one, never a part, even after a power
 * cut: a new file is written and fsynced, then renamed, and the folder is fsynced. Mode 0600.
 *
 * There may be one writer for each file: the new file always has the same name (`FILE.new`), so that a
 * crash leaves at most one behind.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const newFile = `${file}.new`
  const handle = await open(newFile, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(newFile, file)
  await syncFolder(dirname(file))
}
