import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeSlot, encodeSlot, type Position, SLOT_BYTES, type Slot } from './format.ts'
import { newerVersion } from './newer-version.ts'

const NAME = 'position'

interface OpenedPosition {
  readonly file: PositionFile
  /** Undefined if there was none, or none that can be read. */
  readonly found: Slot | undefined
  readonly isDamaged: boolean
  /** Whether a newer one may have been in the other slot. */
  readonly isPerhapsOld: boolean
}

/**
 * The position of the queue in two slots, which are overwritten in place in turns: a torn write leaves the
 * other one, and a full disk has room for it. One write at a time, also while a sync is under way.
 */
export class PositionFile {
  readonly #handle: FileHandle
  #generation: number
  #isDirty = false

  private constructor(handle: FileHandle, generation: number) {
    this.#handle = handle
    this.#generation = generation
  }

  /** @throws AgentError `OPEN_FAILED` if a newer version has written it; the system's error */
  static async open(folder: string): Promise<OpenedPosition> {
    const path = join(folder, NAME)
    const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
    const handle = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      const { bytes, size } = await bytesOf(handle)
      const slots = slotsOf(bytes)
      for (const slot of slots) {
        if (slot !== undefined && 'newer' in slot) throw newerVersion(path, slot.newer)
      }
      const found = latestOf(slots)
      const file = new PositionFile(handle, found?.generation ?? 0)
      const isDamaged = found === undefined && size > 0
      return { file, found, isDamaged, isPerhapsOld: slots.includes(undefined) }
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** The position that a folder has, without a change to it. */
  static async read(folder: string): Promise<Slot | undefined> {
    const handle = await open(join(folder, NAME), constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return latestOf(slotsOf((await bytesOf(handle)).bytes))
    } finally {
      await handle.close()
    }
  }

  /** Writes both slots, so that no later write needs room. */
  async begin(position: Position): Promise<void> {
    for (let slot = 0; slot < 2; slot++) await this.write(position)
  }

  async write(position: Position): Promise<void> {
    const generation = ++this.#generation
    const slot = encodeSlot({ ...position, generation })
    await this.#handle.write(slot, 0, SLOT_BYTES, (generation % 2) * SLOT_BYTES)
    this.#isDirty = true
  }

  async sync(): Promise<void> {
    if (!this.#isDirty) return
    this.#isDirty = false
    try {
      await this.#handle.datasync()
    } catch (error) {
      this.#isDirty = true
      throw error
    }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

type Slots = readonly ReturnType<typeof decodeSlot>[]

async function bytesOf(handle: FileHandle): Promise<{ bytes: Buffer; size: number }> {
  const bytes = Buffer.alloc(2 * SLOT_BYTES)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
  return { bytes, size: bytesRead }
}

function slotsOf(bytes: Buffer): Slots {
  return [0, 1].map(at => decodeSlot(bytes.subarray(at * SLOT_BYTES, (at + 1) * SLOT_BYTES)))
}

function latestOf(slots: Slots): Slot | undefined {
  const sound = slots.filter(slot => slot !== undefined && !('newer' in slot)) as readonly Slot[]
  return sound.reduce<Slot | undefined>(
    (latest, slot) => (latest && latest.generation > slot.generation ? latest : slot),
    undefined,
  )
}
