import {
  baseAmong,
  INSTRUCTION,
  LONGEST_LEAF,
  MOST_SINGLES,
  type Placed,
  type Plan,
  type Singles,
  singlesOf,
  split,
} from './tree-plan.ts'

/**
 * Finds a cheap plan for every run of a small number of ranges, with no limit on path lengths.
 *
 * It is dynamic programming over runs of neighbouring ranges, from short to long. The best split of a
 * run lies between the best splits of the two runs that are shorter by one range (Knuth 1971). That makes
 * it quadratic instead of cubic. With leaves it does not always hold: of random runs, 98 in 100 get the
 * cheapest plan, and the others one that costs up to an eighth more (tree.test.ts). It runs once per
 * process and the code never warms up, so it uses plain numbers in arrays and no object per run.
 */
export class Search {
  readonly #ranges: readonly Placed[]
  readonly #size: number
  /** By `first * size + last`: cost of the best plan, index of the best split, whether a leaf is better. */
  readonly #costs: Float64Array
  readonly #splits: Uint16Array
  readonly #isLeaf: Uint8Array
  /** The total weight of all ranges before each index. */
  readonly #before: Float64Array
  /** By `first`: the last index at which a run may end and still be a leaf. */
  readonly #leafEnds: readonly number[]
  /** The weights of a leaf's single numbers, the heaviest first. */
  readonly #sorted = new Float64Array(MOST_SINGLES)

  constructor(ranges: readonly Placed[]) {
    this.#ranges = ranges
    this.#size = ranges.length
    this.#costs = new Float64Array(this.#size ** 2)
    this.#splits = new Uint16Array(this.#size ** 2)
    this.#isLeaf = new Uint8Array(this.#size ** 2)
    this.#leafEnds = ranges.map((_, first) => leafEnd(ranges, first))
    this.#before = new Float64Array(this.#size + 1)
    ranges.forEach(({ weight }, at) => {
      this.#before[at + 1] = (this.#before[at] as number) + weight
    })
    for (let at = 0; at < this.#size; at++) {
      this.#splits[at * this.#size + at] = at
      this.#isLeaf[at * this.#size + at] = 1
    }
    for (let length = 2; length <= this.#size; length++) {
      for (let first = 0; first + length <= this.#size; first++) {
        this.#solve(first, first + length - 1)
      }
    }
  }

  cost(first: number, last: number): number {
    return this.#costs[first * this.#size + last] as number
  }

  plan(first: number, last: number): Plan {
    if (this.#isLeaf[first * this.#size + last]) {
      return singlesOf(this.#ranges.slice(first, last + 1)) as Singles
    }
    const at = this.#splits[first * this.#size + last] as number
    const { from } = this.#ranges[at] as Placed
    return split(from, this.plan(first, at - 1), this.plan(at, last))
  }

  /** Solves a run of two or more. */
  #solve(first: number, last: number): void {
    const size = this.#size
    const cell = first * size + last
    const costs = this.#costs
    let best = Number.POSITIVE_INFINITY
    let where = last
    const from = Math.max(first + 1, this.#splits[cell - 1] as number)
    const to = Math.min(last, this.#splits[cell + size] as number)
    for (let at = from; at <= to; at++) {
      const cost = (costs[first * size + at - 1] as number) + (costs[at * size + last] as number)
      if (cost < best) {
        best = cost
        where = at
      }
    }
    best += this.weight(first, last) + INSTRUCTION
    const leaf = this.#leafCost(first, last)
    costs[cell] = Math.min(leaf, best)
    this.#splits[cell] = where
    this.#isLeaf[cell] = leaf <= best ? 1 : 0
  }

  /** Infinite if the run can't be a leaf. */
  #leafCost(first: number, last: number): number {
    if (last > (this.#leafEnds[first] as number)) return Number.POSITIVE_INFINITY
    const base = baseAmong(this.#ranges, first, last)
    let singles = 0
    for (let at = first; at <= last; at++) {
      const { node, weight } = this.#ranges[at] as Placed
      if (node === base) continue
      if (singles === MOST_SINGLES) return Number.POSITIVE_INFINITY
      this.#insert(weight, singles++)
    }
    let passing = this.weight(first, last)
    let cost = 0
    for (let at = 0; at < singles; at++) {
      cost += passing + INSTRUCTION
      passing -= this.#sorted[at] as number
    }
    return cost
  }

  #insert(weight: number, length: number): void {
    let at = length
    for (; at > 0 && (this.#sorted[at - 1] as number) < weight; at--) {
      this.#sorted[at] = this.#sorted[at - 1] as number
    }
    this.#sorted[at] = weight
  }

  weight(first: number, last: number): number {
    return (this.#before[last + 1] as number) - (this.#before[first] as number)
  }
}

/** The last index of a leaf: it is not too long, and its wide ranges all lead to one node. */
function leafEnd(ranges: readonly Placed[], first: number): number {
  let wide: Placed | undefined
  const beyond = Math.min(ranges.length, first + LONGEST_LEAF)
  for (let at = first; at < beyond; at++) {
    const range = ranges[at] as Placed
    if (range.from === range.to) continue
    if (wide && wide.node !== range.node) return at - 1
    wide = range
  }
  return beyond - 1
}
