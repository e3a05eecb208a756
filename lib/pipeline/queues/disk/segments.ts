import type { Position } from './format.ts'

/** A segment file of the queue. */
export interface Segment {
  readonly number: number
  /** The number of its first event. */
  readonly first: number
  /** Where its first frame begins. */
  readonly begin: number
  /** Whether its header is as it was written. */
  readonly isSound: boolean
  /** Its bytes up to the end of the last whole frame. */
  size: number
}

/** The segments of a queue, oldest first. All but the last are complete. */
export class Segments {
  /** Where the last whole frame ends. */
  end: Position['end']
  readonly #list: Segment[] = []
  #bytes = 0
  #nextNumber: number

  /** `sequence`: the number of the next event. */
  constructor(segments: readonly Segment[], nextNumber: number, sequence: number) {
    for (const segment of segments) this.add(segment)
    this.#nextNumber = nextNumber
    const { number = 0, size = 0 } = this.last ?? {}
    this.end = { segment: number, offset: size, sequence }
  }

  /** Of all of them. */
  get bytes(): number {
    return this.#bytes
  }

  get last(): Segment | undefined {
    return this.#list.at(-1)
  }

  get oldest(): Segment | undefined {
    return this.#list[0]
  }

  /** The one after the oldest. */
  get second(): Segment | undefined {
    return this.#list[1]
  }

  nextNumber(): number {
    return this.#nextNumber++
  }

  add(segment: Segment): void {
    this.#list.push(segment)
    this.#bytes += segment.size
  }

  /** A frame was added to a segment; `sequence` is the number of the event after it. */
  grow(segment: Segment, bytes: number, sequence: number): void {
    segment.size += bytes
    this.#bytes += bytes
    this.end = { segment: segment.number, offset: segment.size, sequence }
  }

  /** The one after it, wherever that has gone. */
  after(number: number): Segment | undefined {
    return this.#list.find(segment => segment.number > number)
  }

  find(number: number): Segment | undefined {
    return this.#list.find(segment => segment.number === number)
  }

  /** The oldest one, if it has no event from this number on. */
  settledBefore(sequence: number): Segment | undefined {
    const [oldest, next] = this.#list
    return oldest !== undefined && next !== undefined && next.first <= sequence ? oldest : undefined
  }

  remove(segment: Segment): void {
    const at = this.#list.indexOf(segment)
    if (at < 0) return
    this.#list.splice(at, 1)
    this.#bytes -= segment.size
  }
}
