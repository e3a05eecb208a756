import type { Graph, Node } from './graph.ts'
import type { Range } from './ranges.ts'
import { balancedDepth, type Plan, planTree } from './tree-plan.ts'

/**
 * A tree that finds the range of a number. What an agent calls most is decided first: the few
 * hottest numbers by a test of their own, the others by a tree of the least weighted depth.
 */
export function decisionTree(graph: Graph, ranges: readonly Range[]): Node {
  const { hot, rest } = splitHot(ranges)
  const tree = build(graph, planWithin(rest))
  return hot.reduceRight((below, { from, node }) => graph.test('equal', from, node, below), tree)
}

/** A number that takes this share of all calls is worth a test that all others have to pass. */
const HOT = 0.4
const MOST_HOT = 4

/** Takes the hottest numbers out, and makes one range of neighbours that are alike. */
function splitHot(ranges: readonly Range[]): { hot: readonly Range[]; rest: readonly Range[] } {
  const byWeight = ranges.toSorted((a, b) => b.weight - a.weight).slice(0, MOST_HOT)
  let left = ranges.reduce((sum, { weight }) => sum + weight, 0)
  const hot: Range[] = []
  for (const range of byWeight) {
    if (range.weight === 0 || range.weight < left * HOT) break
    hot.push(range)
    left -= range.weight
  }
  return { hot, rest: joinAlike(ranges, new Set(hot)) }
}

/** Numbers in `gone` are decided already: they join their neighbour, whatever it is. */
function joinAlike(ranges: readonly Range[], gone: ReadonlySet<Range>): readonly Range[] {
  const joined: Range[] = []
  for (const range of ranges) {
    const last = joined.at(-1)
    const weight = gone.has(range) ? 0 : range.weight
    if (last && (gone.has(range) || range.node === last.node)) {
      joined[joined.length - 1] = { ...last, to: range.to, weight: last.weight + weight }
    } else joined.push({ ...range, weight })
  }
  return joined
}

/** The longest path may be this many tests longer than in a balanced tree. */
const SLACK = 1
/** Shares of all weight that are spread evenly, so that what is called never is not too deep. */
const EVEN = [0.05, 0.1, 0.2, 0.35, 0.6, 1, 2, 4, 8, 16, 32]

/** The plan with the smallest even share that keeps within the bound: more of it is less deep. */
function planWithin(ranges: readonly Range[]): Plan {
  const deepest = Math.ceil(balancedDepth(ranges)) + SLACK
  let [from, to] = [0, EVEN.length - 1]
  let best: Plan | undefined
  while (from <= to) {
    const middle = best || from > 0 ? (from + to) >> 1 : 0
    const plan = planTree(ranges, EVEN[middle] ?? 1)
    if (plan.depth <= deepest) {
      best = plan
      to = middle - 1
    } else from = middle + 1
  }
  return best ?? planTree(ranges, EVEN.at(-1) ?? 1)
}

function build(graph: Graph, plan: Plan): Node {
  if (plan.kind === 'split') {
    const { at, below, above } = plan
    return graph.test('atLeast', at, build(graph, above), build(graph, below))
  }
  return plan.singles.reduceRight(
    (rest, { from, node }) => graph.test('equal', from, node, rest),
    plan.base,
  )
}
