import type { Span } from '../../block.ts'
import { Fifo } from '../fifo.ts'
import type { StuckFile } from './stuck/stuck-files.ts'

/** Events of a block. */
interface Resident extends Span {
  from: number
  /** The number of the first of them. */
  first: number
  /** performance.now() when they came here. */
  readonly sinceMs: number
  /** Where they were stored again: these have no numbers. */
  readonly file: StuckFile | undefined
}

/** The events that can be taken, in their order. */
export class Residents {
  readonly #waiting = new Fifo<Resident>()
  #bytes = 0
  #events = 0

  get events(): number {
    return this.#events
  }

  /** Whether there are such as have numbers. */
  get hasNumbered(): boolean {
    return this.#waiting.last !== undefined && this.#waiting.last.file === undefined
  }

  get bytes(): number {
    return this.#bytes
  }

  /** performance.now() when the oldest one came here. */
  get sinceMs(): number {
    return this.#waiting.first?.sinceMs ?? Number.POSITIVE_INFINITY
  }

  /** The file of the oldest one, if it has one. */
  get file(): StuckFile | undefined {
    return this.#waiting.first?.file
  }

  /** Events of a block, of which the first has this number, or all are in a file of their own. */
  push({ block, from, to }: Span, first: number, file?: StuckFile): void {
    this.#waiting.push({ block, from, to, first, sinceMs: performance.now(), file })
    this.#events += to - from
    this.#bytes += block.startOf(to) - block.startOf(from)
  }

  /** The next events, at least one: of one file, or such as have numbers; `end`: one behind that of the last. */
  take(maxEvents: number, maxBytes: number) {
    const spans: Span[] = []
    const { file } = this
    let [events, bytes, end] = [0, 0, 0]
    for (let head = this.#waiting.first; head !== undefined; head = this.#waiting.first) {
      if (head.file !== file) break
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
    return { spans, end, file }
  }
}
