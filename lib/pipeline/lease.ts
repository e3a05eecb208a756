import type { EventMeta } from '../event.ts'
import type { Batch } from '../output.ts'
import { Block, endsOfSpans, type Pins, type Range, type Span } from './block.ts'
import type { Fate } from './owners.ts'

/** Is told that so many events of a lease are settled, and which leases have those that are not. */
export type Release = (settled: number, over: Lease, left: readonly Lease[]) => void

/**
 * Events taken from the queue, to be written and settled. A lease is never changed: the events that are
 * left after a write are another lease, over the same bytes or over a copy that pins less memory.
 */
export class Lease implements Batch {
  readonly count: number
  readonly chunks: readonly Uint8Array[]
  readonly #spans: readonly Span[]
  /** Gives back the room of events that are settled. */
  readonly #release: Release
  #ends: readonly number[] | undefined
  #lines: readonly string[] | undefined
  #meta: readonly (EventMeta | undefined)[] | undefined

  constructor(spans: readonly Span[], release: Release) {
    this.#spans = spans
    this.#release = release
    this.count = countOf(spans)
    this.chunks = Object.freeze(spans.map(({ block, from, to }) => block.slice(from, to)))
    // An output that takes its events out of the lists would have them confirmed by the next try, which has none.
    Object.freeze(this)
  }

  get ends(): readonly number[] {
    this.#ends ??= endsOfSpans(this.#spans)
    return this.#ends
  }

  get lines(): readonly string[] {
    this.#lines ??= Object.freeze(this.#spans.flatMap(linesOf))
    return this.#lines
  }

  get meta(): readonly (EventMeta | undefined)[] {
    const hasMeta = () => this.#spans.some(({ block }) => block.hasMeta)
    this.#meta ??= Object.freeze(hasMeta() ? metaOf(this.#spans) : [])
    return this.#meta
  }

  /** The output may still be at work with the bytes: no other events may have their memory. */
  keep(): void {
    for (const { block } of this.#spans) block.keep()
  }

  /** Settles every event. */
  settleAll(fate: Fate): void {
    for (const { block, from, to } of this.#spans) block.settle(from, to, fate)
    this.#release(this.count, this, [])
  }

  /** Settles the events that have a fate, by index, and returns a lease of the others. */
  settle(fates: readonly (Fate | undefined)[]): Lease {
    const left: Span[] = []
    let index = 0
    for (const { block, from, to } of this.#spans) {
      for (let at = from; at < to; ) {
        const fate = fates[index]
        const start = at
        while (at < to && fates[index] === fate) {
          at++
          index++
        }
        if (fate === undefined) left.push({ block, from: start, to: at })
        else block.settle(start, at, fate)
      }
    }
    const rest = new Lease(compact(left), this.#release)
    this.#release(this.count - rest.count, this, [rest])
    return rest
  }

  /** Two leases of about half of the events each. */
  halves(): readonly [Lease, Lease] {
    const middle = Math.ceil(this.count / 2)
    const first: Span[] = []
    const second: Span[] = []
    let index = 0
    for (const { block, from, to } of this.#spans) {
      const cut = Math.min(to, Math.max(from, from + middle - index))
      if (cut > from) first.push({ block, from, to: cut })
      if (cut < to) second.push({ block, from: cut, to })
      index += to - from
    }
    const halves = [new Lease(first, this.#release), new Lease(second, this.#release)] as const
    this.#release(0, this, halves)
    return halves
  }

  /** Its events in a block that nobody owns, whatever becomes of them meanwhile. */
  copy(pins: Pins): Block {
    const block = Block.of(pins, Buffer.concat(this.chunks), [...this.ends])
    for (const [at, meta] of this.meta.entries()) if (meta !== undefined) block.note(at, meta)
    return block
  }
}

function countOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0)
}

/** Copies the events that are a small part of a block, so that they do not pin all of it. */
function compact(spans: readonly Span[]): readonly Span[] {
  const compacted: Span[] = []
  for (let at = 0; at < spans.length; ) {
    const block = spans[at]?.block
    const start = at
    while (at < spans.length && spans[at]?.block === block) at++
    const own = spans.slice(start, at)
    if (block?.isWorthLeaving(own)) {
      compacted.push({ block: block.moveOut(own), from: 0, to: countOf(own) })
    } else {
      compacted.push(...own)
    }
  }
  return compacted
}

function metaOf(spans: readonly Span[]): readonly (EventMeta | undefined)[] {
  const meta: (EventMeta | undefined)[] = []
  for (const { block, from, to } of spans) {
    for (let at = from; at < to; at++) meta.push(block.metaOf(at))
  }
  return meta
}

function linesOf({ block, from, to }: Span): readonly string[] {
  const lines = block.slice(from, to).toString('utf8').split('\n')
  // Behind the last line's end there is nothing.
  lines.pop()
  return lines
}
