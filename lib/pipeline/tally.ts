import type { Fate, Owner } from './owners.ts'
import type { SourceCounts } from './stats.ts'

/** Whoever asks a tally hears what has become of its events and, as it comes, what becomes of the others. */
export interface Listener {
  hear(events: number, fate: Fate): void
}

/** Events of a tally from `from` to `to`. */
interface Listening {
  readonly listener: Listener
  readonly from: number
  readonly to: number
}

/**
 * What became of the events of one source in one block, whichever publish they are of. So the block holds no
 * receipt: one that nobody keeps is freed at once, however long its events are on their way.
 */
export class Tally implements Owner {
  readonly source: SourceCounts
  #count = 0
  /** The events before it are confirmed. */
  #confirmed = 0
  /** Of those behind, by number; made once one is settled out of turn or rejected. */
  #fates: (Fate | undefined)[] | undefined
  #listening: Listening[] = []

  constructor(source: SourceCounts) {
    this.source = source
  }

  /** Counts further events, and returns the number of the first. */
  add(events: number): number {
    const first = this.#count
    this.#count += events
    return first
  }

  settle(events: number, fate: Fate, first: number): void {
    this.source.pending -= events
    const end = first + events
    if (fate === 'confirmed' && first === this.#confirmed) {
      this.#confirmed = end
    } else {
      this.#fates ??= []
      for (let at = first; at < end; at++) this.#fates[at] = fate
    }
    if (this.#listening.length > 0) this.#tell(first, end, fate)
  }

  /** Tells what has become of the events from `from` to `to`, and from now on what becomes of the others. */
  listen(listener: Listener, from: number, to: number): void {
    let settled = 0
    for (let at = from; at < to; ) {
      const fate = this.#fateOf(at)
      const first = at
      while (at < to && this.#fateOf(at) === fate) at++
      if (fate === undefined) continue
      settled += at - first
      listener.hear(at - first, fate)
    }
    if (settled < to - from) this.#listening.push({ listener, from, to })
  }

  #fateOf(at: number): Fate | undefined {
    return at < this.#confirmed ? 'confirmed' : this.#fates?.[at]
  }

  #tell(first: number, end: number, fate: Fate): void {
    let isOver = false
    for (const { listener, from, to } of this.#listening) {
      const events = Math.min(end, to) - Math.max(first, from)
      if (events <= 0) continue
      listener.hear(events, fate)
      isOver ||= to <= this.#confirmed
    }
    if (isOver) this.#listening = this.#listening.filter(({ to }) => to > this.#confirmed)
  }
}

/** The tallies of one block. */
export class Tallies {
  readonly #tallies: Tally[] = []

  of(source: SourceCounts): Tally {
    const known = this.#tallies.find(tally => tally.source === source)
    if (known !== undefined) return known
    const tally = new Tally(source)
    this.#tallies.push(tally)
    return tally
  }
}
