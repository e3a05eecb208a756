import type { Acker } from '../../acker.ts'
import type { Block } from '../../block.ts'
import type { Owner } from '../../owners.ts'
import type { FinishedFrame } from './frame.ts'

const NOBODY: Owner = { settle: () => undefined }

interface LateOwner {
  readonly acker: WeakRef<Acker>
  readonly from: number
  readonly to: number
}

/**
 * Whose the events are that are on the disk alone, for as long as somebody holds the receipt: a backlog of
 * millions of publishes must not take memory for each.
 */
export class LateOwners {
  /** By the number of their events. */
  #owners: LateOwner[] = []
  /** The entries that are left of it once nobody is waiting any more are removed at this size. */
  #sweepAt = 1024

  add({ owners, first }: FinishedFrame): void {
    let from = first
    for (const { acker, end } of owners) {
      this.#owners.push({ acker: new WeakRef(acker), from, to: first + end })
      from = first + end
    }
    if (this.#owners.length < this.#sweepAt) return
    this.#owners = this.#owners.filter(({ acker }) => acker.deref() !== undefined)
    this.#sweepAt = Math.max(1024, this.#owners.length * 2)
  }

  /** Makes those of its events the owners of a block, whose first event has this number. */
  own(block: Block, first: number): void {
    let at = 0
    for (const { acker, from, to } of this.#take(first + block.count)) {
      const owner = acker.deref()
      if (owner === undefined || to <= first) continue
      const begin = Math.max(0, from - first)
      if (begin > at) block.own(NOBODY, begin)
      at = Math.min(block.count, to - first)
      block.own(owner, at)
    }
    if (at > 0 && at < block.count) block.own(NOBODY)
  }

  /** Settles what can't be read any more: it is dropped. */
  drop(from: number, to: number): void {
    for (const owner of this.#take(to)) {
      const events = Math.min(to, owner.to) - Math.max(from, owner.from)
      if (events > 0) owner.acker.deref()?.settle(events, 'rejected')
    }
  }

  /** Removes and returns those of events before this one. One whose events go on behind it stays as well. */
  #take(end: number): readonly LateOwner[] {
    const behind = this.#owners.findIndex(({ from }) => from >= end)
    const taken = this.#owners.splice(0, behind < 0 ? this.#owners.length : behind)
    const last = taken.at(-1)
    if (last !== undefined && last.to > end) this.#owners.unshift({ ...last, from: end })
    return taken
  }
}
