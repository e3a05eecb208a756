import type { Graph, Node } from './graph.ts'
import type { Range } from './ranges.ts'
import { planTree } from './tree-halves.ts'
import type { Plan } from './tree-plan.ts'

/**
 * Builds the search for the range of a number. The calls that an agent makes most are decided first: the
 * few hottest numbers by a test each, the others by a tree of the least weighted depth.
 */
export function decisionTree(graph: Graph, ranges: readonly Range[]): Node {
  const { hot, rest } = splitHot(ranges)
  const tree = build(graph, planTree(rest))
  return hot.reduceRight((below, { from, node }) => graph.test('equal', from, node, below), tree)
}

/** A number with this share of all remaining calls is worth a test that all others have to pass. */
const HOT = 0.4
const MOST_HOT = 4

/** Separates the hottest numbers and joins neighbours that lead to the same node. */
function splitHot(ranges: readonly Range[]): { hot: readonly Range[]; rest: readonly Range[] } {
  const called = ranges.filter(({ weight }) => weight > 0)
  const byWeight = called.sort((a, b) => b.weight - a.weight).slice(0, MOST_HOT)
  let left = ranges.reduce((sum, { weight }) => sum + weight, 0)
  const hot: Range[] = []
  for (const range of byWeight) {
    if (range.weight < left * HOT) break
    hot.push(range)
    left -= range.weight
  }
  return { hot, rest: joinAlike(ranges, new Set(hot)) }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Numbers in `gone` are already decided, so they join whatever neighbour they have. */
function joinAlike(ranges: readonly Range[], gone: ReadonlySet<Range>): readonly Range[] {
  const joined: Writable<Range>[] = []
  let last: Writable<Range> | undefined
  for (const range of ranges) {
    const weight = gone.has(range) ? 0 : range.weight
    if (last && (gone.has(range) || range.node === last.node)) {
      last.to = range.to
      last.weight += weight
    } else {
      last = { from: range.from, to: range.to, node: range.node, weight }
      joined.push(last)
    }
  }
  return joined
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
