import { longestPath, type Node } from './graph.ts'
import type { Range } from './ranges.ts'

/** How to find a number's range: by halves, until only single numbers stand out of one node. */
export type Plan =
  | {
      readonly kind: 'split'
      readonly at: number
      readonly below: Plan
      readonly above: Plan
      /** Instructions on the longest path, the tests of arguments and the return included. */
      readonly depth: number
    }
  | {
      readonly kind: 'singles'
      readonly base: Node
      /** To be tested one after the other. */
      readonly singles: readonly Range[]
      readonly depth: number
    }

/** One more instruction weighs as much as one per thousand of all calls taking one more step. */
const INSTRUCTION = 0.001
/** Above so many ranges, a balanced split comes before the search for the best plan. */
const EXACT = 14
/** So many single numbers at most are told apart one after the other. */
const MOST_SINGLES = 5

/**
 * The plan of the least cost: mean number of tests, weighted, and a little for every instruction.
 * `even` is the share of all weight that is spread so that all paths become alike in length.
 */
export function planTree(ranges: readonly Range[], even: number): Plan {
  const total = ranges.reduce((sum, { weight }) => sum + weight, 0) || 1
  const paths = 2 ** balancedDepth(ranges)
  const weighted = ranges.map(range => {
    const floor = (even * 2 ** tail(range)) / paths
    return { ...range, weight: range.weight / total + floor }
  })
  return weighted.length > EXACT ? planHalves(weighted) : new Search(weighted).plan()
}

/**
 * How many instructions the longest path takes when no other is shorter without need: a range that
 * leads to a long test of arguments is to be found after few tests (Kraft's inequality).
 */
export function balancedDepth(ranges: readonly Range[]): number {
  return Math.log2(ranges.reduce((sum, range) => sum + 2 ** tail(range), 0))
}

/** Longer tests of arguments count as so many instructions: else all others would pay for them. */
const LONGEST_TAIL = 7

function tail({ node }: Range): number {
  return Math.min(longestPath(node), LONGEST_TAIL)
}

/** Splits where the weight on both sides is most alike. */
function planHalves(ranges: readonly Range[]): Plan {
  if (ranges.length <= EXACT) return new Search(ranges).plan()
  const total = ranges.reduce((sum, { weight }) => sum + weight, 0)
  let sum = 0
  let at = ranges.findIndex(({ weight }) => {
    sum += weight
    return sum >= total / 2
  })
  at = Math.min(Math.max(at, 1), ranges.length - 1)
  return split(ranges[at]?.from ?? 0, planHalves(ranges.slice(0, at)), planHalves(ranges.slice(at)))
}

function split(at: number, below: Plan, above: Plan): Plan {
  return { kind: 'split', at, below, above, depth: 1 + Math.max(below.depth, above.depth) }
}

/**
 * Dynamic programming over the runs of neighbouring ranges, the shorter before the longer. The best
 * split of a run lies between those of the runs shorter by one at either end (Knuth 1971), or so
 * near that looking farther has never paid: quadratic instead of cubic. It runs once per process, so
 * that nothing is ever warm: plain numbers in arrays, and no object per run.
 */
class Search {
  readonly #ranges: readonly Range[]
  readonly #size: number
  /** By `first * size + last`: the cost of the best plan, where a split is best, whether it wins. */
  readonly #costs: Float64Array
  readonly #splits: Uint16Array
  readonly #isLeaf: Uint8Array
  /** Weight of all ranges before each. */
  readonly #before: Float64Array
  /** The weights of a leaf's single numbers, the heaviest first. */
  readonly #sorted = new Float64Array(MOST_SINGLES)

  constructor(ranges: readonly Range[]) {
    this.#ranges = ranges
    this.#size = ranges.length
    this.#costs = new Float64Array(this.#size ** 2)
    this.#splits = new Uint16Array(this.#size ** 2)
    this.#isLeaf = new Uint8Array(this.#size ** 2)
    this.#before = new Float64Array(this.#size + 1)
    ranges.forEach(({ weight }, at) => {
      this.#before[at + 1] = (this.#before[at] as number) + weight
    })
    for (let length = 1; length <= this.#size; length++) {
      for (let first = 0; first + length <= this.#size; first++) {
        this.#solve(first, first + length - 1)
      }
    }
  }

  plan(first = 0, last = this.#size - 1): Plan {
    if (this.#isLeaf[first * this.#size + last]) return leafOf(this.#ranges.slice(first, last + 1))
    const at = this.#splits[first * this.#size + last] as number
    return split(this.#ranges[at]?.from ?? 0, this.plan(first, at - 1), this.plan(at, last))
  }

  #solve(first: number, last: number): void {
    const size = this.#size
    const cell = first * size + last
    const costs = this.#costs
    let best = Number.POSITIVE_INFINITY
    let where = last
    const from = Math.max(first + 1, last > first ? (this.#splits[cell - 1] as number) : 0)
    const to = Math.min(last, last > first ? (this.#splits[cell + size] as number) : 0)
    for (let at = from; at <= to; at++) {
      const cost = (costs[first * size + at - 1] as number) + (costs[at * size + last] as number)
      if (cost < best) {
        best = cost
        where = at
      }
    }
    best += this.#weight(first, last) + INSTRUCTION
    const leaf = this.#leafCost(first, last)
    costs[cell] = Math.min(leaf, best)
    this.#splits[cell] = where
    this.#isLeaf[cell] = leaf <= best ? 1 : 0
  }

  /** Infinite where the run is no leaf. */
  #leafCost(first: number, last: number): number {
    if (first === last) return 0
    if (last - first >= LONGEST_LEAF) return Number.POSITIVE_INFINITY
    const base = baseAmong(this.#ranges, first, last)
    let singles = 0
    for (let at = first; at <= last; at++) {
      const { node, from, to, weight } = this.#ranges[at] as Range
      if (node === base) continue
      if (from !== to || singles === MOST_SINGLES) return Number.POSITIVE_INFINITY
      this.#insert(weight, singles++)
    }
    let passing = this.#weight(first, last)
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

  #weight(first: number, last: number): number {
    return (this.#before[last + 1] as number) - (this.#before[first] as number)
  }
}

/** Neighbours are never alike: between two single numbers there is one range of the base at most. */
const LONGEST_LEAF = 2 * MOST_SINGLES + 1

/** What a run leads to but for single numbers: the node of its wide ranges, else of the heaviest. */
function baseAmong(ranges: readonly Range[], first: number, last: number): Node | undefined {
  let heaviest = ranges[first]
  for (let at = first; at <= last; at++) {
    const range = ranges[at] as Range
    if (range.from !== range.to) return range.node
    if (range.weight > (heaviest?.weight ?? 0)) heaviest = range
  }
  return heaviest?.node
}

function leafOf(ranges: readonly Range[]): Plan {
  const base = baseAmong(ranges, 0, ranges.length - 1)
  if (!base) throw new RangeError('a leaf without ranges')
  const singles = ranges.filter(({ node }) => node !== base).sort((a, b) => b.weight - a.weight)
  const own = ranges.find(({ node }) => node === base)
  const paths = singles.map((range, at) => at + 1 + tail(range))
  const depth = Math.max(singles.length + (own ? tail(own) : 0), ...paths)
  return { kind: 'singles', base, singles, depth }
}
