import type { EventMeta } from '../event.ts'
import { type Fate, type Owner, Owners } from './owners.ts'
import { type Memory, SpareBuffers } from './spare-buffers.ts'

/** Large enough that few events begin a new one, small enough that one unsettled event pins little. */
export const BLOCK_BYTES = 64 * 1024

/** A character of UTF-8 has at most four bytes: more room than a text of ASCII needs shows that it is not. */
const LONGEST_CHARACTER = 4

const NEWLINE = 10

const NONE = Buffer.alloc(0)

/** The bytes of all blocks that are not settled, with what is kept beside their events. */
export interface Pins {
  bytes: number
  /** Where full blocks have their memory from, and give it back. */
  readonly spare?: SpareBuffers
}

export function noPins(): Pins {
  return { bytes: 0, spare: new SpareBuffers(BLOCK_BYTES + LONGEST_CHARACTER) }
}

/** The events of a block from `from` to `to`. */
export interface Range {
  readonly from: number
  readonly to: number
}

export interface Span extends Range {
  readonly block: Block
}

/**
 * Encoded events one behind the other, and whose they are. Lines are collected as strings and become bytes
 * together, once: one join and one write cost less than one of each for every event, and bytes, unlike
 * strings, cost the garbage collector nothing. The memory is freed once every event is settled.
 */
export class Block {
  readonly #pins: Pins
  readonly #owners = new Owners()
  #lines: string[] = []
  /** For each line the offset behind its `\n`, as if all were ASCII. */
  #lineEnds: number[] = []
  #bytes: Buffer | undefined
  /** All of the memory behind it, if another block may have it next. */
  #memory: Memory | undefined
  /** For each event the offset behind its `\n`, once it is sealed; there may be more numbers. */
  #ends: ArrayLike<number> = []
  #meta: (EventMeta | undefined)[] | undefined
  #size = 0
  #count = 0
  #unsettled = 0
  /** Of what is kept beside the events. */
  #metaBytes = 0

  constructor(pins: Pins) {
    this.#pins = pins
  }

  /** A block of events that are encoded already. `ends`: for each the offset behind its `\n`. */
  static of(pins: Pins, bytes: Buffer, ends: number[], meta?: EventMeta): Block {
    const block = new Block(pins)
    block.#count = ends.length
    block.#unsettled = ends.length
    block.#settleSize(bytes, ends)
    pins.bytes += bytes.length
    if (meta !== undefined) for (let at = 0; at < ends.length; at++) block.note(at, meta)
    return block
  }

  /** Its bytes; before it is sealed as if all were ASCII. */
  get size(): number {
    return this.#size
  }

  get count(): number {
    return this.#count
  }

  /**
   * Takes lines without their ends, those from `from` to `to`, as far as there is room: any line while it
   * is empty, none once it is sealed. Returns the index of the first that it has not taken.
   */
  fill(
    lines: readonly string[],
    meta: readonly (EventMeta | undefined)[] | undefined,
    from: number,
    to: number,
  ): number {
    if (this.#bytes !== undefined) return from
    let size = this.#size
    let at = from
    for (; at < to; at++) {
      const line = lines[at] ?? ''
      if (size > 0 && size + line.length >= BLOCK_BYTES) break
      size += line.length + 1
      this.#lines.push(line)
      this.#lineEnds.push(size)
      const beside = meta?.[at]
      if (beside !== undefined) this.note(this.#count + at - from, beside)
    }
    this.#pins.bytes += size - this.#size
    this.#size = size
    this.#count += at - from
    this.#unsettled += at - from
    return at
  }

  /** Says whose the events up to `end` are that have no owner yet, and how it counts the first of them. */
  own(owner: Owner, end = this.#count, first = 0): void {
    this.#owners.add(owner, end, first)
  }

  /** Makes the bytes. No more lines are added. */
  seal(): void {
    if (this.#bytes !== undefined) return
    const [lines, ends] = [this.#lines, this.#lineEnds]
    this.#lines = []
    this.#lineEnds = []
    // The end of the last line as well.
    lines.push('')
    const text = lines.join('\n')
    const ascii = this.#room(text.length)
    const isAscii = ascii.write(text) === text.length
    const bytes = isAscii ? ascii.subarray(0, text.length) : Buffer.from(text)
    if (!isAscii) this.#giveMemory()
    this.#pins.bytes += bytes.length - this.#size
    this.#settleSize(bytes, this.#kept(isAscii ? ends : newlinesOf(bytes, ends.length)))
  }

  /** The offset where an event begins. The block must be sealed. */
  startOf(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? this.#size)
  }

  /** The bytes of the events from `from` to `to`. The block must be sealed. */
  slice(from: number, to: number): Buffer {
    const bytes = this.#bytes ?? NONE
    return bytes.subarray(this.startOf(from), this.startOf(to))
  }

  metaOf(index: number): EventMeta | undefined {
    return this.#meta?.[index]
  }

  /** Keeps this beside an event. */
  note(index: number, meta: EventMeta): void {
    this.#meta ??= []
    this.#meta[index] = meta
    // Neighbours may share one object.
    if (meta.fields === undefined || this.#meta[index - 1] === meta) return
    const bytes = JSON.stringify(meta.fields).length
    this.#metaBytes += bytes
    this.#pins.bytes += bytes
  }

  get hasMeta(): boolean {
    return this.#meta !== undefined
  }

  /** Settles the events from `from` to `to`. */
  settle(from: number, to: number, fate: Fate): void {
    this.#owners.each(from, to, (owner, events, first) => owner.settle(events, fate, first))
    this.#free(from, to)
  }

  /**
   * Whether these events are less than half of the block: then they are copied, so that they do not keep
   * all of it alive while they wait for their next try.
   */
  isWorthLeaving(ranges: readonly Range[]): boolean {
    const bytes = ranges.reduce(
      (sum, { from, to }) => sum + this.startOf(to) - this.startOf(from),
      0,
    )
    return bytes * 2 < this.#size
  }

  /** Hands unsettled events over to a copy of them: a block of its own. */
  moveOut(ranges: readonly Range[]): Block {
    const bytes = Buffer.concat(ranges.map(({ from, to }) => this.slice(from, to)))
    const ends = endsOfSpans(ranges.map(range => ({ ...range, block: this })))
    const copy = Block.of(this.#pins, bytes, ends)
    let count = 0
    for (const { from, to } of ranges) {
      for (let at = from; at < to; at++) {
        const meta = this.metaOf(at)
        if (meta !== undefined) copy.note(count + at - from, meta)
      }
      let owned = count
      this.#owners.each(from, to, (owner, events, first) => {
        owned += events
        copy.own(owner, owned, first)
      })
      count += to - from
      this.#free(from, to)
    }
    return copy
  }

  /** An output may still be at work with the bytes, whatever becomes of the events. */
  keep(): void {
    this.#memory = undefined
  }

  /** Gives up events that the queue has not taken: nobody is told. */
  drop(from: number, to: number): void {
    this.#free(from, to)
  }

  #free(from: number, to: number): void {
    this.#unsettled -= to - from
    if (this.#unsettled > 0) return
    this.#pins.bytes -= this.#size + this.#metaBytes
    if (!this.#giveMemory()) return
    this.#bytes = NONE
    this.#ends = []
  }

  /** Whether it had any that another block may have. */
  #giveMemory(): boolean {
    if (this.#memory === undefined) return false
    this.#pins.spare?.give(this.#memory)
    this.#memory = undefined
    return true
  }

  /** Memory for a text of ASCII, and to see that it is not. A block that is half empty has no more than it takes. */
  #room(length: number): Buffer {
    const { spare } = this.#pins
    if (spare === undefined || length > BLOCK_BYTES || length * 2 < BLOCK_BYTES) {
      return Buffer.allocUnsafeSlow(length + LONGEST_CHARACTER)
    }
    this.#memory = spare.take()
    return this.#memory.bytes
  }

  /** These numbers, in its memory if they have room there. */
  #kept(ends: readonly number[]): ArrayLike<number> {
    const room = this.#memory?.ends
    if (room === undefined || ends.length > room.length) return ends
    room.set(ends)
    return room
  }

  #settleSize(bytes: Buffer, ends: ArrayLike<number>): void {
    this.#bytes = bytes
    this.#ends = ends
    this.#size = bytes.length
  }
}

/** For each event of sealed blocks the offset behind its `\n`, in their bytes put together. */
export function endsOfSpans(spans: readonly Span[]): number[] {
  const ends: number[] = []
  let before = 0
  for (const { block, from, to } of spans) {
    const start = block.startOf(from)
    for (let at = from; at < to; at++) ends.push(before + block.startOf(at + 1) - start)
    before += block.startOf(to) - start
  }
  return ends
}

/** For each event the offset behind its `\n`, which JSON has nowhere else. */
function newlinesOf(bytes: Buffer, count: number): number[] {
  const ends: number[] = []
  let end = 0
  while (ends.length < count) {
    end = bytes.indexOf(NEWLINE, end) + 1
    ends.push(end)
  }
  return ends
}
