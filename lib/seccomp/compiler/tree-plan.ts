import type { Node } from './graph.ts'
import type { Range } from './ranges.ts'

/** A range with the length of the code it leads to. */
export interface Placed extends Range {
  /** Instructions from its node on, the return included; capped for long tests of arguments. */
  readonly tail: number
}

/** A way to find a number's range: splits, down to runs in which only single numbers differ. */
export type Plan = Split | Singles

interface Split {
  readonly kind: 'split'
  readonly at: number
  readonly below: Plan
  readonly above: Plan
  /** Instructions on the longest path, the tests of arguments and the return included. */
  readonly depth: number
}

export interface Singles {
  readonly kind: 'singles'
  /** The node for all numbers of the run except the single ones. */
  readonly base: Node
  /** Tested in this order. */
  readonly singles: readonly Placed[]
  readonly depth: number
}

/** The cost of an instruction: as much as one more step for 0.1 % of all calls. */
export const INSTRUCTION = 0.001
/** At most this many single numbers are compared one after another. */
export const MOST_SINGLES = 5
/** Neighbours always differ, so there is at most one range of the base between two single numbers. */
export const LONGEST_LEAF = 2 * MOST_SINGLES + 1

export function split(at: number, below: Plan, above: Plan): Split {
  return { kind: 'split', at, below, above, depth: 1 + Math.max(below.depth, above.depth) }
}

/** The leaf for a run in which all ranges but single numbers lead to one node, else undefined. */
export function singlesOf(ranges: readonly Placed[]): Singles | undefined {
  if (ranges.length > LONGEST_LEAF) return undefined
  const base = baseAmong(ranges, 0, ranges.length - 1)
  const singles = ranges.filter(({ node }) => node !== base)
  if (singles.length > MOST_SINGLES) return undefined
  if (singles.some(({ from, to }) => from !== to)) return undefined
  singles.sort((a, b) => b.weight - a.weight)
  const own = ranges.find(({ node }) => node === base) as Placed
  const paths = singles.map((range, at) => at + 1 + range.tail)
  const depth = Math.max(singles.length + own.tail, ...paths)
  return { kind: 'singles', base, singles, depth }
}

/** The base of a run, which has a range at least: the node of its wide ranges, or else that of its heaviest range. */
export function baseAmong(ranges: readonly Placed[], first: number, last: number): Node {
  let heaviest = ranges[first] as Placed
  for (let at = first; at <= last; at++) {
    const range = ranges[at] as Placed
    if (range.from !== range.to) return range.node
    if (range.weight > heaviest.weight) heaviest = range
  }
  return heaviest.node
}
