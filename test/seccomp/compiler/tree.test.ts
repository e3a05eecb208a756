import { expect } from 'chai'
import fc from 'fast-check'
import { Graph, type Node } from '../../../lib/seccomp/compiler/graph.ts'
import type { Range } from '../../../lib/seccomp/compiler/ranges.ts'
import { decisionTree } from '../../../lib/seccomp/compiler/tree.ts'
import { boundedPlan } from '../../../lib/seccomp/compiler/tree-bounded.ts'
import { planTree } from '../../../lib/seccomp/compiler/tree-halves.ts'
import { INSTRUCTION, type Placed, type Plan } from '../../../lib/seccomp/compiler/tree-plan.ts'

const MOST_SINGLES = 5

const graph = new Graph()
const NODES = [1, 2, 3, 4].map(value => graph.return(value))

/** Ranges without gaps, of which neighbours lead to different nodes. */
function ranges(most: number): fc.Arbitrary<readonly Placed[]> {
  const range = fc.record({
    width: fc.constantFrom(1, 1, 1, 1, 5),
    step: fc.integer({ min: 1, max: NODES.length - 1 }),
    weight: fc.integer({ min: 0, max: 1000 }),
    tail: fc.constantFrom(1, 1, 1, 2, 4),
  })
  return fc.array(range, { minLength: 1, maxLength: most }).map(written => {
    let [from, at] = [0, 0]
    const tails = new Map<number, number>()
    return written.map(({ width, step, weight, tail }): Placed => {
      at = (at + step) % NODES.length
      const own = tails.get(at) ?? tail
      tails.set(at, own)
      const node = NODES[at] as Node
      const placed = { from, to: from + width - 1, node, weight: weight / 1000, tail: own }
      from += width
      return placed
    })
  })
}

function nodeOf(plan: Plan, number: number): Node {
  if (plan.kind === 'split') return nodeOf(number >= plan.at ? plan.above : plan.below, number)
  return plan.singles.find(({ from }) => from === number)?.node ?? plan.base
}

/** The costs of a plan and its longest path, counted anew. */
function measured(plan: Plan, all: readonly Placed[]): { cost: number; depth: number } {
  const weight = all.reduce((sum, range) => sum + range.weight, 0)
  if (plan.kind === 'split') {
    const below = measured(
      plan.below,
      all.filter(({ from }) => from < plan.at),
    )
    const above = measured(
      plan.above,
      all.filter(({ from }) => from >= plan.at),
    )
    return {
      cost: weight + INSTRUCTION + below.cost + above.cost,
      depth: 1 + Math.max(below.depth, above.depth),
    }
  }
  let [passing, cost, depth] = [weight, 0, 0]
  for (const [at, single] of plan.singles.entries()) {
    cost += passing + INSTRUCTION
    passing -= single.weight
    depth = Math.max(depth, at + 1 + single.tail)
  }
  const own = all.find(({ node }) => node === plan.base)
  return { cost, depth: Math.max(depth, plan.singles.length + (own?.tail ?? 0)) }
}

/** The least cost of all plans within a depth, by trying every one. */
function leastCost(all: readonly Placed[], depth: number): number {
  const weight = all.reduce((sum, range) => sum + range.weight, 0)
  const costs = [Number.POSITIVE_INFINITY]
  const [heaviest] = all.toSorted((a, b) => b.weight - a.weight)
  const base = (all.find(({ from, to }) => from !== to) ?? heaviest)?.node as Node
  const singles = all.filter(({ node }) => node !== base).sort((a, b) => b.weight - a.weight)
  if (singles.length <= MOST_SINGLES && singles.every(({ from, to }) => from === to)) {
    const found = measured({ kind: 'singles', base, singles, depth: 0 }, all)
    if (found.depth <= depth) costs.push(found.cost)
  }
  if (depth > 0) {
    for (let at = 1; at < all.length; at++) {
      const [below, above] = [all.slice(0, at), all.slice(at)]
      costs.push(weight + INSTRUCTION + leastCost(below, depth - 1) + leastCost(above, depth - 1))
    }
  }
  return Math.min(...costs)
}

function expectWhole(plan: Plan, all: readonly Placed[]): void {
  for (const { from, to, node } of all) {
    expect([nodeOf(plan, from), nodeOf(plan, to)]).to.deep.equal([node, node])
  }
  expect(plan.depth).to.equal(measured(plan, all).depth)
}

/** The tests on the way to the answer for a number. */
function stepsTo(tree: Node, number: number): number {
  if (tree.kind !== 'test') return 0
  const holds = tree.test === 'equal' ? number === tree.k : number >= tree.k
  return 1 + stepsTo(holds ? tree.yes : tree.no, number)
}

describe('the search for the range of a number', () => {
  it('finds each, in a plan that is as cheap as the cheapest of its depth, but for few', () => {
    const ratios: number[] = []
    fc.assert(
      fc.property(ranges(8), fc.integer({ min: 1, max: 8 }), (all, limit) => {
        const plan = boundedPlan(all, limit)
        expectWhole(plan, all)
        const least = leastCost(all, Math.max(limit, plan.depth))
        const { cost } = measured(plan, all)
        expect(cost).to.be.at.least(least - 1e-9)
        ratios.push(least === 0 ? 1 : cost / least)
      }),
      { numRuns: 400, seed: 1 },
    )
    // The splits that are tried are those around the best ones of shorter runs (tree-search.ts).
    expect(ratios.filter(ratio => ratio > 1 + 1e-9).length).to.be.at.most(8)
    expect(Math.max(...ratios)).to.be.below(1.13)
  })

  it('finds each among many, on paths not much longer than in a balanced tree', () => {
    fc.assert(
      fc.property(ranges(80), all => {
        const plan = planTree(all)
        for (const { from, to, node } of all) {
          expect([nodeOf(plan, from), nodeOf(plan, to)]).to.deep.equal([node, node])
        }
        expect(plan.depth).to.be.at.most(Math.ceil(Math.log2(all.length)) + 7)
      }),
      { numRuns: 200, seed: 1 },
    )
  })

  /** Numbers from 0 on, each with another node than the one before. */
  const numbers = (...weights: readonly number[]) =>
    weights.map((weight, at): Range => {
      return { from: at, to: at, node: NODES[at % 3] as Node, weight }
    })

  it('tests the hottest numbers first, if each has two fifths of what is left', () => {
    const even = Array.from({ length: 12 }, () => 1)
    const steps = (...hot: readonly number[]) => {
      const weights = numbers(...even, ...hot)
      const tree = decisionTree(graph, weights)
      return hot.map((_, at) => stepsTo(tree, even.length + at))
    }
    expect(steps(1000)).to.deep.equal([1])
    expect(steps(10, 100, 1000, 10_000)).to.deep.equal([4, 3, 2, 1])
    expect(steps((12 * 2) / 3)).to.deep.equal([1])
    expect(steps((12 * 2) / 3 - 1)[0]).to.be.above(1)
  })

  it('weighs neighbours of one node together', () => {
    const ranges = numbers(...Array.from({ length: 40 }, () => 1))
    const run = ranges.map((range, at) => {
      return at < 17 || at > 22 ? range : { ...range, node: NODES[3] as Node, weight: 30 }
    })
    const tree = decisionTree(graph, run)
    for (let at = 17; at <= 22; at++) expect(stepsTo(tree, at)).to.be.at.most(3)
  })
})
