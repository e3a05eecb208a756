import type { EventMeta } from '../../../event.ts'
import type { Acker } from '../../acker.ts'
import { Block, type Pins, type Span } from '../../block.ts'
import { Blocks } from '../../blocks.ts'
import type { Encoded, Lines } from '../../queue.ts'
import { encodeFrameHeader, FRAME_HEADER_BYTES, type FrameHeader } from './format.ts'

/** Whose the events of a frame are, up to this one. */
interface Owned {
  readonly acker: Acker
  /** One behind its last event, counted from the first of the frame. */
  end: number
}

/** Neighbours with the same things beside them. */
type MetaRun = [meta: EventMeta | null, events: number]

/** More buffers than this are put together first: publishes of lines may be tiny. */
const MAX_CHUNKS = 512

/** The publishes that are written together. */
export class Frame {
  readonly owners: Owned[] = []
  readonly #pins: Pins
  readonly #spans: Span[] = []
  /** The block that lines are added to, which is not among the spans yet. */
  #last: Block | undefined
  #count = 0
  /** Of the spans. */
  #bytes = 0

  constructor(pins: Pins) {
    this.#pins = pins
  }

  get count(): number {
    return this.#count
  }

  /** As if all characters were ASCII, until it is finished. */
  get bytes(): number {
    return this.#bytes + (this.#last?.size ?? 0)
  }

  /** Takes the events from `from` to `to`. */
  add(acker: Acker, encoded: Encoded, from: number, to: number): void {
    if (encoded instanceof Blocks) for (const span of encoded.spans(from, to)) this.#append(span)
    else this.#pack(acker, encoded, from, to)
    this.#count += to - from
    const last = this.owners.at(-1)
    if (last?.acker === acker) last.end = this.#count
    else this.owners.push({ acker, end: this.#count })
  }

  /** Takes a whole block whose events nobody owns. */
  append(block: Block): void {
    this.#append({ block, from: 0, to: block.count })
    this.#count += block.count
  }

  /** Makes the bytes of its body. No more events are added. */
  finish(first: number): FinishedFrame {
    this.#endBlock()
    const meta = encodeMeta(this.#spans)
    const lines = this.#spans.map(({ block, from, to }) => block.slice(from, to))
    const few = lines.length > MAX_CHUNKS ? [Buffer.concat(lines)] : lines
    const body = meta.length > 0 ? [meta, ...few] : few
    const length = body.reduce((sum, chunk) => sum + chunk.length, 0)
    const { count } = this
    return {
      header: { length, count, first, metaLength: meta.length, atMs: Date.now() },
      first,
      count,
      owners: this.owners,
      spans: this.#spans,
      size: FRAME_HEADER_BYTES + length,
      body,
    }
  }

  #pack(acker: Acker, { lines, meta }: Lines, from: number, to: number): void {
    for (let at = from; at < to; ) {
      this.#last ??= new Block(this.#pins)
      const filled = this.#last.fill(lines, meta, at, to)
      if (filled === at) this.#endBlock()
      else this.#last.own(acker)
      at = filled
    }
  }

  #append(span: Span): void {
    this.#endBlock()
    this.#spans.push(span)
    this.#bytes += span.block.startOf(span.to) - span.block.startOf(span.from)
  }

  #endBlock(): void {
    const block = this.#last
    this.#last = undefined
    if (block === undefined) return
    block.seal()
    this.#spans.push({ block, from: 0, to: block.count })
    this.#bytes += block.size
  }
}

/** A frame that goes to the disk. */
export interface FinishedFrame {
  readonly header: Omit<FrameHeader, 'crc'>
  /** The number of its first event. */
  readonly first: number
  readonly count: number
  readonly owners: readonly Owned[]
  readonly spans: readonly Span[]
  /** Its bytes. */
  readonly size: number
  readonly body: readonly Uint8Array[]
}

/** The bytes of a frame, with the checksum of its body. */
export function chunksOf({ header, body }: FinishedFrame, crc: number): readonly Uint8Array[] {
  return [encodeFrameHeader({ ...header, crc }), ...body]
}

/**
 * The events of a frame that was read, without owners.
 *
 * @throws Error if the body is not what the header says, although its checksum is right
 */
export function blockOf(pins: Pins, { count, metaLength }: FrameHeader, body: Buffer): Block {
  const lines = body.subarray(metaLength)
  const ends: number[] = []
  for (let end = lines.indexOf(10) + 1; end > 0; end = lines.indexOf(10, end) + 1) ends.push(end)
  if (ends.length !== count || (ends.at(-1) ?? 0) !== lines.length) throw new Error('other lines')
  const runs = metaLength === 0 ? [] : decodeMeta(body.subarray(0, metaLength))
  const block = Block.of(pins, lines, ends)
  let at = 0
  for (const [meta, events] of runs) {
    for (const end = Math.min(count, at + events); at < end; at++) {
      if (meta !== null) block.note(at, meta)
    }
  }
  return block
}

/** Empty if nothing is kept beside any of them. */
function encodeMeta(spans: readonly Span[]): Buffer {
  if (!spans.some(({ block }) => block.hasMeta)) return Buffer.alloc(0)
  const runs: MetaRun[] = []
  for (const { block, from, to } of spans) {
    for (let at = from; at < to; at++) {
      const meta = block.metaOf(at) ?? null
      const last = runs.at(-1)
      if (last?.[0] === meta) last[1]++
      else runs.push([meta, 1])
    }
  }
  return Buffer.from(JSON.stringify(runs))
}

function decodeMeta(bytes: Buffer): readonly MetaRun[] {
  const runs: unknown = JSON.parse(bytes.toString('utf8'), (_, value) => Object.freeze(value))
  if (!Array.isArray(runs)) throw new Error('other things beside the events')
  return runs as readonly MetaRun[]
}
