import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { damaged, readStoredObject, writeAtomically } from './stored-file.ts'

/** The identity of this agent in its events: `agent.id` and `agent.ephemeral_id`. */
export interface Identity {
  /** A UUID that stays the same as long as `path.data` is kept. */
  readonly id: string
  /** A UUID of this start. */
  readonly ephemeralId: string
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Reads `meta.json` below `path.data`, or writes it at the first start. Its key is that of Beats, so an
 * agent that takes over the data path of a Beat keeps its identity.
 *
 * @throws AgentError `STATE_INVALID` when the file is damaged
 */
export async function readIdentity(dataPath: string): Promise<Identity> {
  const file = join(dataPath, 'meta.json')
  const stored = await readStoredObject(file)
  const id = stored ? storedId(file, stored.uuid) : await newId(file)
  return { id, ephemeralId: randomUUID() }
}

function storedId(file: string, uuid: unknown): string {
  if (typeof uuid === 'string' && UUID.test(uuid)) return uuid
  throw damaged(file, '"uuid" is no UUID')
}

async function newId(file: string): Promise<string> {
  const uuid = randomUUID()
  await writeAtomically(file, `${JSON.stringify({ uuid, first_start: new Date() })}\n`)
  return uuid
}
