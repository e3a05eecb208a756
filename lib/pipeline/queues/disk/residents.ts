import type { Span } from '../../block.ts'
import { Fifo } from '../fifo.ts'

/** Events of a block. */
interface Resident extends Span {
  from: number
  /** The number of the first of them. */
  first: number
  /** performance.now() when they came here. */
  readonly sinceMs: number
}

/** In the place of events that are not to be taken, as they were stored again. */
export interface Passed {
  /** The number of the first of them. */
  readonly first: number
  /** One behind the last. */
  readonly end: number
  /** Is called once all before them are taken. */
  readonly pass: () => void
}

/** The events that can be taken, in their order. */
export class Residents {
  readonly #waiting = new Fifo<Resident | Passed>()
  #bytes = 0
  #events = 0

  get events(): number {
    return this.#events
  }

  get bytes(): number {
    return this.#bytes
  }

  /** performance.now() when the oldest one came here. */
  get sinceMs(): number {
    const { first } = this.#waiting
    return first !== undefined && 'sinceMs' in first ? first.sinceMs : Number.POSITIVE_INFINITY
  }

  /** Events of a block, of which the first has this number. */
  push({ block, from, to }: Span, first: number): void {
    this.#waiting.push({ block, from, to, first, sinceMs: performance.now() })
    this.#events += to - from
    this.#bytes += block.startOf(to) - block.startOf(from)
  }

  pushPassed(passed: Passed): void {
    this.#waiting.push(passed)
  }

  /** Passes what comes next and is not to be taken. */
  pass(): void {
    for (let head = this.#waiting.first; head && 'pass' in head; head = this.#waiting.first) {
      this.#waiting.shift()
      head.pass()
    }
  }

  /** The next events, at least one; `end`: one behind the number of the last. */
  take(
    maxEvents: number,
    maxBytes: number,
  ): { readonly spans: readonly Span[]; readonly end: number } {
    const spans: Span[] = []
    let [events, bytes, end] = [0, 0, 0]
    for (let head = this.#waiting.first; head !== undefined; head = this.#waiting.first) {
      if ('pass' in head) break
      const { block, from } = head
      let to = Math.min(head.to, from + maxEvents - events)
      const start = block.startOf(from)
      while (to > from && block.startOf(to) - start > maxBytes - bytes) to--
      if (to === from && events === 0 && maxEvents > 0) to++
      if (to === from) break
      spans.push({ block, from, to })
      events += to - from
      bytes += block.startOf(to) - start
      head.from = to
      head.first += to - from
      end = head.first
      if (to < head.to) break
      this.#waiting.shift()
    }
    this.#events -= events
    this.#bytes -= bytes
    return { spans, end }
  }
}
