import type { Acker } from './acker.ts'
import type { Block, Span } from './block.ts'

/** The events of one publish in sealed blocks, one behind the other. */
export class Blocks {
  readonly count: number
  /** In bytes. */
  readonly size: number
  readonly #blocks: readonly Block[]

  constructor(...blocks: readonly Block[]) {
    this.#blocks = blocks
    this.count = blocks.reduce((sum, { count }) => sum + count, 0)
    this.size = blocks.reduce((sum, { size }) => sum + size, 0)
  }

  own(acker: Acker): void {
    for (const block of this.#blocks) block.own(acker)
  }

  /** Where the events from `from` to `to` are. */
  spans(from: number, to: number): readonly Span[] {
    const spans: Span[] = []
    let before = 0
    for (const block of this.#blocks) {
      const [start, end] = [Math.max(0, from - before), Math.min(block.count, to - before)]
      if (start < end) spans.push({ block, from: start, to: end })
      before += block.count
    }
    return spans
  }

  /** In bytes, of the blocks whose first event is among these. */
  sizeOfBegun(from: number, to: number): number {
    let [size, before] = [0, 0]
    for (const block of this.#blocks) {
      if (before >= from && before < to) size += block.size
      before += block.count
    }
    return size
  }

  /** Gives up events that no queue has taken. */
  drop(from: number, to: number): void {
    for (const { block, from: start, to: end } of this.spans(from, to)) block.drop(start, end)
  }
}
