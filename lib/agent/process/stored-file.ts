import { readFile } from 'node:fs/promises'
import { AgentError, messageOf } from '../../errors.ts'
import { plainReason } from '../../errors-of-system.ts'

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
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
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
