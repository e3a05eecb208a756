// The door for events that are encoded already: a beat that ships lines has no object for each.
//
// A block is made of the beat's own bytes, without a copy. Every line is looked at as far as that is cheap:
// where it ends, and whether it has braces. That it is JSON is the beat's promise. Where a processor has to
// see the events, each line becomes an object, as `publish` would have had it.

import type { LinePublisher } from '../event.ts'
import { Acker } from './acker.ts'
import { Block, type Pins } from './block.ts'
import { Blocks } from './blocks.ts'
import { type Door, enter, Publishing } from './client.ts'
import { constantsForOf } from './encoding/encode.ts'
import type { Fields } from './encoding/enrichment.ts'
import { withMetadata } from './encoding/event-object.ts'
import { kept, metadataOf } from './encoding/meta.ts'
import { endsOf } from './line-ends.ts'

export function linePublisherOf(door: Door, constants: Fields, pins: Pins): LinePublisher {
  const { signal, queue } = door
  // A beat may ask for each chunk.
  const constantsFor = constantsForOf(constants)
  return {
    constantsFor: fields => (door.chain() === undefined ? constantsFor(fields) : undefined),
    async publish(bytes, meta) {
      signal.throwIfAborted()
      if (queue.refusal !== undefined) throw queue.refusal
      const given = routeOf(meta)
      const buffer = ownBytes(bytes)
      const ends = endsOf(buffer)
      const fields = metadataOf(meta?.fields, 'meta.fields')
      const now = new Date().toISOString()
      const route = given ?? door.metaOf({}, fields, now)?.route
      const chain = door.chain()
      if (chain === undefined) {
        const blocks = new Blocks(Block.of(pins, buffer, ends, kept(route, fields)))
        const acker = new Acker(ends.length, door.source)
        blocks.own(acker)
        return enter(door, acker, blocks)
      }
      const publishing = new Publishing(door)
      for (const line of buffer.toString('utf8').split('\n').slice(0, ends.length)) {
        try {
          // A processor may change what it is given: each line has a copy of its own.
          const event = withMetadata(JSON.parse(line), metadataOf(fields))
          publishing.pass(event, chain, undefined, (_, metadata) => kept(route, metadata))
        } catch (thrown) {
          publishing.fail(thrown)
        }
      }
      return publishing.finish()
    },
  }
}

/** The bytes themselves, or a copy where they are a small view of a large buffer, which they would pin. */
function ownBytes(bytes: Uint8Array): Buffer {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.length * 2 < bytes.buffer.byteLength ? Buffer.from(view) : view
}

/** The beat's own route. */
function routeOf(meta: unknown): string | undefined {
  if (meta === undefined) return undefined
  if (typeof meta !== 'object' || meta === null) throw new TypeError('meta must be an object')
  const route: unknown = Reflect.get(meta, 'route')
  if (route === undefined || typeof route === 'string') return route
  throw new TypeError('meta.route must be a string')
}
