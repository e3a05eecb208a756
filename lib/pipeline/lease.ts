import type { Batch } from '../output.ts'
import type { Acker, Fate } from './acker.ts'
import type { Slab } from './slab.ts'

/** Events of one publish that lie one behind the other in a slab: those from `from` to `to`. */
export interface Span {
  readonly acker: Acker
  readonly slab: Slab
  readonly from: number
  readonly to: number
}

/**
 * Events taken from the queue, to be written and settled. A lease is never changed: the events that are
 * left after a write are another lease over the same bytes.
 */
export class Lease implements Batch {
  readonly count: number
  readonly chunks: readonly Uint8Array[]
  readonly #spans: readonly Span[]
  #ends: readonly number[] | undefined
  #lines: readonly string[] | undefined

  constructor(spans: readonly Span[]) {
    this.#spans = spans
    this.count = spans.reduce((sum, { from, to }) => sum + to - from, 0)
    this.chunks = chunksOf(spans)
  }

  get ends(): readonly number[] {
    this.#ends ??= endsOf(this.#spans)
    return this.#ends
  }

  get lines(): readonly string[] {
    this.#lines ??= this.#spans.flatMap(linesOf)
    return this.#lines
  }

  get bytes(): number {
    return this.chunks.reduce((sum, { length }) => sum + length, 0)
  }

  /** Settles every event. */
  settleAll(fate: Fate): void {
    for (const { acker, slab, from, to } of this.#spans) settle(acker, slab, to - from, fate)
  }

  /** Settles the events that have a fate, by index, and returns a lease of the others. */
  settle(fates: readonly (Fate | undefined)[]): Lease {
    const left: Span[] = []
    let index = 0
    for (const span of this.#spans) {
      for (let at = span.from; at < span.to; at++) {
        const fate = fates[index++]
        if (fate === undefined) extend(left, { ...span, from: at, to: at + 1 })
        else settle(span.acker, span.slab, 1, fate)
      }
    }
    return new Lease(left)
  }

  /** Two leases of about half of the events each. */
  halves(): readonly [Lease, Lease] {
    const middle = Math.ceil(this.count / 2)
    const first: Span[] = []
    const second: Span[] = []
    let index = 0
    for (const span of this.#spans) {
      const cut = Math.min(span.to, Math.max(span.from, span.from + middle - index))
      if (cut > span.from) first.push({ ...span, to: cut })
      if (cut < span.to) second.push({ ...span, from: cut })
      index += span.to - span.from
    }
    return [new Lease(first), new Lease(second)]
  }
}

function settle(acker: Acker, slab: Slab, events: number, fate: Fate): void {
  slab.release(events)
  acker.settle(events, fate)
}

function extend(spans: Span[], next: Span): void {
  const last = spans.at(-1)
  if (last && last.acker === next.acker && last.slab === next.slab && last.to === next.from) {
    spans[spans.length - 1] = { ...last, to: next.to }
  } else {
    spans.push(next)
  }
}

/** One chunk for spans that lie one behind the other, as most publishes do. */
function chunksOf(spans: readonly Span[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  let slab: Slab | undefined
  let from = 0
  let to = 0
  for (const span of spans) {
    if (span.slab === slab && span.from === to) {
      to = span.to
      continue
    }
    if (slab) chunks.push(slab.bytes.subarray(slab.startOf(from), slab.startOf(to)))
    slab = span.slab
    from = span.from
    to = span.to
  }
  if (slab) chunks.push(slab.bytes.subarray(slab.startOf(from), slab.startOf(to)))
  return chunks
}

function endsOf(spans: readonly Span[]): readonly number[] {
  const ends: number[] = []
  let before = 0
  for (const { slab, from, to } of spans) {
    const start = slab.startOf(from)
    for (let at = from; at < to; at++) ends.push(before + slab.startOf(at + 1) - start)
    before += slab.startOf(to) - start
  }
  return ends
}

function linesOf({ slab, from, to }: Span): readonly string[] {
  const lines: string[] = []
  for (let at = from; at < to; at++) {
    lines.push(slab.bytes.toString('utf8', slab.startOf(at), slab.startOf(at + 1) - 1))
  }
  return lines
}
