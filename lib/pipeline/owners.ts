/** What became of an event that the queue had taken. */
export type Fate = 'confirmed' | 'rejected'

/** Whoever wants to know what became of events in a block. */
export interface Owner {
  /** `first`: the number that the first of them has with the owner. */
  settle(events: number, fate: Fate, first: number): void
}

/** Whose the events of a block are. Few have many neighbours, so each run of them is kept once. */
export class Owners {
  readonly #owners: Owner[] = []
  /** Of run n: one behind the last of its events. */
  readonly #ends: number[] = []
  /** The number that the first of its events has with its owner. */
  readonly #firsts: number[] = []

  /** The events up to `end` that have no owner yet are this one's, which counts the first of them as `first`. */
  add(owner: Owner, end: number, first: number): void {
    const last = this.#owners.length - 1
    if (this.#owners[last] === owner && first === this.#countedBy(last, this.#ends[last])) {
      this.#ends[last] = end
      return
    }
    this.#owners.push(owner)
    this.#ends.push(end)
    this.#firsts.push(first)
  }

  /** Visits those of the events from `from` to `to`, with how many of them it has, and the number of the first. */
  each(
    from: number,
    to: number,
    visit: (owner: Owner, events: number, first: number) => void,
  ): void {
    let at = from
    for (let n = this.#runOf(from); at < to; n++) {
      const end = Math.min(to, this.#ends[n] ?? to)
      const owner = this.#owners[n]
      if (owner) visit(owner, end - at, this.#countedBy(n, at))
      at = end
    }
  }

  /** The number that an event of run n has with its owner. */
  #countedBy(n: number, event = 0): number {
    return (this.#firsts[n] ?? 0) + event - (this.#ends[n - 1] ?? 0)
  }

  #runOf(event: number): number {
    let [low, high] = [0, this.#ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ends[middle] ?? 0) <= event) low = middle + 1
      else high = middle
    }
    return low
  }
}
