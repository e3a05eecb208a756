import { longestPath } from './graph.ts'
import type { Range } from './ranges.ts'
import { boundedPlan } from './tree-bounded.ts'
import { type Placed, type Plan, split } from './tree-plan.ts'

/** The longest path may have this many tests more than in a balanced tree. */
const SLACK = 1
/** Above this number of ranges, they are split by weight before the search for the best plan. */
const SEARCHED = 14
/** The share of the total weight that is spread evenly, so that calls without weight are not too deep. */
const EVEN = 0.05
/** The length that longer tests of arguments are counted with: otherwise other calls would pay for them. */
const LONGEST_TAIL = 16

/**
 * The plan with the least weighted mean number of tests plus a small cost per instruction. Its longest
 * path is not much longer than in a balanced tree, so a range that leads to a long test of arguments is
 * found after few tests.
 */
export function planTree(ranges: readonly Range[]): Plan {
  const total = ranges.reduce((sum, { weight }) => sum + weight, 0) || 1
  const tailed = ranges.map((range): Placed => {
    return { ...range, tail: Math.min(longestPath(range.node), LONGEST_TAIL) }
  })
  const room = tailed.reduce((sum, { tail }) => sum + 2 ** tail, 0)
  const placed = tailed.map((range): Placed => {
    return { ...range, weight: range.weight / total + (EVEN * 2 ** range.tail) / room }
  })
  const depth = Math.ceil(Math.log2(room)) + SLACK
  return planWithin(placed, Math.min(depth, searchDepth(placed)))
}

/** Call numbers are below this, and only unknown numbers fill a wider range. */
const WIDE = 1 << 16
/** The number of names that a leaf of the plain binary search compares one after another. */
const GROUP = 4

/** The longest path of a plain binary search over single numbers. Our plan is never deeper. */
function searchDepth(ranges: readonly Placed[]): number {
  const wide = new Set(ranges.filter(({ from, to }) => to - from > WIDE).map(({ node }) => node))
  const named = ranges.filter(({ node }) => !wide.has(node))
  const names = named.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const levels = Math.max(0, Math.ceil(Math.log2(names / GROUP)))
  return levels + Math.max(GROUP + 1, ...named.map(({ tail }) => tail + 1))
}

/** A plan whose longest path has at most `depth` instructions, or slightly more. */
function planWithin(ranges: readonly Placed[], depth: number): Plan {
  if (ranges.length <= SEARCHED) return boundedPlan(ranges, depth)
  const at = halfOf(ranges, 2 ** (depth - 1))
  const below = planWithin(ranges.slice(0, at), depth - 1)
  const above = planWithin(ranges.slice(at), depth - 1)
  return split((ranges[at] as Placed).from, below, above)
}

/**
 * The index at which both sides have the most equal weight while each still fits into a tree of the
 * remaining depth: depth n has room for 2ⁿ leaves (Kraft's inequality).
 */
function halfOf(ranges: readonly Placed[], room: number): number {
  const all = ranges.reduce((sum, { tail }) => sum + 2 ** tail, 0)
  const half = ranges.reduce((sum, { weight }) => sum + weight, 0) / 2
  let [weight, below, best, middle] = [0, 0, Number.POSITIVE_INFINITY, 1]
  ranges.forEach((range, at) => {
    const over = Math.max(below - room, all - below - room, 0) / all
    const score = Math.abs(weight - half) + over * 1000
    if (at > 0 && score < best) [best, middle] = [score, at]
    weight += range.weight
    below += 2 ** range.tail
  })
  return middle
}
