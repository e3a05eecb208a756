import type { Node } from './graph.ts'
import { INSTRUCTION, type Placed, type Plan, type Singles, singlesOf, split } from './tree-plan.ts'
import { Search } from './tree-search.ts'

/** A plan with its cost: the weighted mean number of tests plus a small amount per instruction. */
interface Costed {
  readonly plan: Plan
  readonly cost: number
}

/**
 * The cheapest plan for a small number of ranges whose longest path has at most `depth` instructions. If
 * no plan is that shallow, `depth` is raised step by step until there is one.
 */
export function boundedPlan(ranges: readonly Placed[], depth: number): Plan {
  const search = new BoundedSearch(ranges)
  const last = ranges.length - 1
  for (let limit = Math.max(depth, search.least(0, last)); ; limit++) {
    const found = search.best(0, last, limit)
    if (found) return found.plan
  }
}

/** Above every limit, which is the depth of a balanced tree of all numbers plus a capped tail. */
const LIMITS = 64

/** Solves each run of neighbouring ranges at most once for every depth limit that is asked for. */
class BoundedSearch {
  readonly #ranges: readonly Placed[]
  readonly #free: Search
  readonly #freePlans = new Map<number, Plan>()
  readonly #known = new Map<number, Costed | undefined>()
  readonly #least = new Map<number, number>()

  constructor(ranges: readonly Placed[]) {
    this.#ranges = ranges
    this.#free = new Search(ranges)
  }

  best(first: number, last: number, limit: number): Costed | undefined {
    if (limit < this.least(first, last)) return undefined
    const run = this.#key(first, last)
    const free = this.#freePlans.get(run) ?? this.#free.plan(first, last)
    this.#freePlans.set(run, free)
    if (free.depth <= limit) return { plan: free, cost: this.#free.cost(first, last) }
    const key = run * LIMITS + limit
    if (!this.#known.has(key)) this.#known.set(key, this.#search(first, last, limit))
    return this.#known.get(key)
  }

  /** A lower bound on the depth: a tree of depth n has room for 2ⁿ leaves (Kraft's inequality). */
  least(first: number, last: number): number {
    const key = this.#key(first, last)
    const known = this.#least.get(key)
    if (known !== undefined) return known
    const tails = new Map<Node, number>()
    for (let at = first; at <= last; at++) {
      const { node, tail } = this.#ranges[at] as Placed
      tails.set(node, tail)
    }
    let room = 0
    for (const tail of tails.values()) room += 2 ** tail
    const least = Math.ceil(Math.log2(room))
    this.#least.set(key, least)
    return least
  }

  #search(first: number, last: number, limit: number): Costed | undefined {
    const weight = this.#free.weight(first, last)
    const alone = singlesOf(this.#ranges.slice(first, last + 1))
    let best = alone && alone.depth <= limit ? costed(alone, weight) : undefined
    for (let at = first + 1; at <= last; at++) {
      const below = this.best(first, at - 1, limit - 1)
      const above = below && this.best(at, last, limit - 1)
      if (!below || !above) continue
      const cost = weight + INSTRUCTION + below.cost + above.cost
      if (best && best.cost <= cost) continue
      best = { plan: split((this.#ranges[at] as Placed).from, below.plan, above.plan), cost }
    }
    return best
  }

  #key(first: number, last: number): number {
    return first * this.#ranges.length + last
  }
}

function costed(plan: Singles, weight: number): Costed {
  let [passing, cost] = [weight, 0]
  for (const single of plan.singles) {
    cost += passing + INSTRUCTION
    passing -= single.weight
  }
  return { plan, cost }
}
