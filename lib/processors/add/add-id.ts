import { randomBytes } from 'node:crypto'
import { fieldOf, put } from '../field.ts'
import { targetName } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'

interface AddIdSettings {
  readonly target_field: string
}

/** Gives every event an id of its own, as Beats' processor of this name. Its `type` has one value only. */
export default defineTouching<AddIdSettings>({
  name: 'add_id',
  schema: {
    target_field: {
      doc: 'The field for the id. It is replaced if the event has it.',
      format: targetName,
      default: '@metadata._id',
    },
  },
  touches: ({ target_field }) => topKeysOf(target_field),
  open({ settings }) {
    const field = fieldOf(settings.target_field)
    const nextId = idsOf(randomBytes(6), randomBytes(3).readUIntBE(0, 3), Date.now)
    return {
      process(event) {
        put(event, field, nextId())
        return event
      },
    }
  },
})

/**
 * Ids of 20 characters, 15 bytes in base64url, in the order of bytes of Elasticsearch's own: what changes with
 * every event comes first, then what rarely does, so that its index can shorten common beginnings.
 *
 * @param node 6 bytes that no other maker of ids has
 * @param start of the sequence, 24 bits
 */
export function idsOf(node: Uint8Array, start: number, clock: () => number): () => string {
  const bytes = Buffer.alloc(15)
  bytes.set(node, 6)
  let sequence = start
  let ms = 0
  return () => {
    sequence = (sequence + 1) & 0xff_ff_ff
    ms = Math.max(ms, clock())
    // A sequence that begins again must not meet the same time again: the clock may have been set back.
    if (sequence === 0) ms++
    const high = Math.floor(ms / 2 ** 16)
    bytes[0] = sequence
    bytes[1] = sequence >> 16
    bytes[2] = high
    bytes[3] = high >> 8
    bytes[4] = high >> 16
    bytes[5] = high >> 24
    bytes[12] = ms >> 8
    bytes[13] = sequence >> 8
    bytes[14] = ms
    return bytes.toString('base64url')
  }
}
