import type { Node } from './graph.ts'
import { INSTRUCTION, type Placed, type Plan, type Singles, singlesOf, split } from './tree-plan.ts'
import { Search } from './tree-search.ts'

/** A plan with its cost: the mean number of tests, weighted, and a little for every instruction. */
interface Costed {
  readonly plan: Plan
  readonly cost: number
}

/**
 * The plan of the least cost for ranges that are few, among those whose longest path takes at most
 * `depth` instructions; the least depth above that has a plan is taken where there is none.
 */
export function boundedPlan(ranges: readonly Placed[], depth: number): Plan {
  const search = new BoundedSearch(ranges)
  const last = ranges.length - 1
  for (let limit = Math.max(depth, search.least(0, last)); ; limit++) {
    const found = search.best(0, last, limit)
    if (found) return found.plan
  }
}

/** More than any limit: the depth of a balanced tree of all numbers, and a tail that is capped. */
const LIMITS = 64

/** All runs of neighbouring ranges, each under every limit that it is asked for, once. */
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

  /** No plan has less depth: a tree of depth n has room for 2 to the power n (Kraft's inequality). */
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
      best = { plan: split(this.#ranges[at]?.from ?? 0, below.plan, above.plan), cost }
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
