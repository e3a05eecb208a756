// What is sent for events in version 2 of the Lumberjack protocol; numbers are big-endian:
//
//   2W  u32 events                    begins a window
//   2J  u32 number  u32 bytes  JSON   an event; the first of a window is 1
//   2C  u32 bytes  zlib               frames, compressed

import type { EventMeta } from '../../event.ts'
import type { Batch } from '../../output.ts'
import { deflated } from '../compression.ts'

const VERSION = 0x32
const [WINDOW, JSON_EVENT, COMPRESSED] = [0x57, 0x4a, 0x43]
const [WINDOW_BYTES, EVENT_BYTES, COMPRESSED_BYTES] = [6, 10, 6]

/** The line of an event without fields: `{}`. */
const EMPTY_BYTES = 2

/** Beside `@metadata` of the event: what Beats sends. */
const OWN_FIELDS = ['beat', 'type', 'version']

interface WindowOptions {
  readonly batch: Batch
  /** The events of the batch from here on, up to `to`, which is not one of them. */
  readonly from: number
  readonly to: number
  /** 0: not compressed. */
  readonly level: number
  /** For events without a route. */
  readonly otherwise: string
}

/** The bytes of a window. The events are copied once, into a buffer whose size is known. */
export async function windowOf(options: WindowOptions): Promise<Buffer> {
  const { from, to, level } = options
  const bytes = framesOf(options)
  putHead(bytes, 0, WINDOW, to - from)
  if (level === 0) return bytes
  const compressed = await deflated(bytes.subarray(WINDOW_BYTES), level)
  const head = Buffer.allocUnsafe(WINDOW_BYTES + COMPRESSED_BYTES)
  putHead(head, 0, WINDOW, to - from)
  putHead(head, WINDOW_BYTES, COMPRESSED, compressed.length)
  return Buffer.concat([head, compressed])
}

/** Behind the place of a window's head. */
function framesOf({ batch, from, to, otherwise }: WindowOptions): Buffer {
  const { chunks, ends, meta } = batch
  const heads = headsOf(meta, from, to, otherwise)
  const begin = from === 0 ? 0 : (ends[from - 1] ?? 0)
  let size = WINDOW_BYTES
  for (let [index, start] = [from, begin]; index < to; index++) {
    const end = ends[index] ?? start
    size += EVENT_BYTES + payloadBytes(heads[index - from], end - 1 - start)
    start = end
  }
  const target = Buffer.allocUnsafe(size)
  let [at, chunkAt, chunkBegin] = [WINDOW_BYTES, 0, 0]
  let chunk = bufferOf(chunks[0])
  for (let [index, start] = [from, begin]; index < to; index++) {
    const end = ends[index] ?? start
    while (start >= chunkBegin + chunk.length) {
      chunkBegin += chunk.length
      chunk = bufferOf(chunks[++chunkAt])
    }
    const head = heads[index - from]
    const bytes = payloadBytes(head, end - 1 - start)
    putHead(target, at, JSON_EVENT, index - from + 1)
    target.writeUInt32BE(bytes, at + 6)
    at += EVENT_BYTES
    if (head !== undefined) head.copy(target, at)
    // What follows the brace of the event; of an empty one it takes the place of the comma.
    const rest = end - start - 2
    chunk.copy(target, at + bytes - rest, start - chunkBegin + 1, end - 1 - chunkBegin)
    at += bytes
    start = end
  }
  return target
}

function payloadBytes(head: Buffer | undefined, lineBytes: number): number {
  return (head?.length ?? 0) + lineBytes - 1 - (lineBytes === EMPTY_BYTES ? 1 : 0)
}

function putHead(target: Buffer, at: number, type: number, value: number): void {
  target[at] = VERSION
  target[at + 1] = type
  target.writeUInt32BE(value, at + 2)
}

function bufferOf(bytes: Uint8Array | undefined): Buffer {
  if (bytes === undefined) throw new TypeError('the ends of a batch lie behind its bytes')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** For each event the begin of its text: `{"@metadata":{…},`. Events that share theirs share a buffer. */
function headsOf(
  meta: Batch['meta'],
  from: number,
  to: number,
  otherwise: string,
): readonly Buffer[] {
  const plain = new Map<string, Buffer>()
  let [last, lastHead]: [EventMeta | undefined, Buffer | undefined] = [undefined, undefined]
  return Array.from({ length: to - from }, (_, at) => {
    const { route = otherwise, fields } = meta[from + at] ?? {}
    if (fields !== undefined) {
      if (lastHead === undefined || last?.fields !== fields || last.route !== route) {
        last = { route, fields }
        lastHead = headOf(route, fields)
      }
      return lastHead
    }
    const known = plain.get(route)
    if (known !== undefined) return known
    const head = headOf(route, {})
    plain.set(route, head)
    return head
  })
}

function headOf(route: string, fields: Readonly<Record<string, unknown>>): Buffer {
  const others = Object.entries(fields).filter(([key]) => !OWN_FIELDS.includes(key))
  const text = JSON.stringify(Object.fromEntries(others))
  const own = text === '{}' ? route : `${route.slice(0, -1)},${text.slice(1)}`
  return Buffer.from(`{"@metadata":${own},`)
}

/** What Beats says in `@metadata` of every event, as a JSON object. It is an event's route. */
export function metadataOf(index: string, version?: unknown): string {
  return JSON.stringify({
    beat: index,
    type: '_doc',
    ...(typeof version === 'string' && { version }),
  })
}
