import type { Node } from './graph.ts'
import type { Range } from './ranges.ts'

/** A range, and how long what it leads to takes. */
export interface Placed extends Range {
  /** Instructions from its node on, the return included; of a long test of arguments, some. */
  readonly tail: number
}

/** How to find a number's range: by halves, until only single numbers stand out of one node. */
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
  readonly base: Node
  /** To be tested one after the other. */
  readonly singles: readonly Placed[]
  readonly depth: number
}

/** One more instruction weighs as much as one per thousand of all calls taking one more step. */
export const INSTRUCTION = 0.001
/** So many single numbers at most are told apart one after the other. */
export const MOST_SINGLES = 5
/** Neighbours are never alike: between two single numbers there is one range of the base at most. */
export const LONGEST_LEAF = 2 * MOST_SINGLES + 1

export function split(at: number, below: Plan, above: Plan): Split {
  return { kind: 'split', at, below, above, depth: 1 + Math.max(below.depth, above.depth) }
}

/** A run of ranges of which all but single numbers lead to one node; undefined for any other. */
export function singlesOf(ranges: readonly Placed[]): Singles | undefined {
  if (ranges.length > LONGEST_LEAF) return undefined
  const base = baseAmong(ranges, 0, ranges.length - 1)
  const singles = ranges.filter(({ node }) => node !== base)
  if (!base || singles.length > MOST_SINGLES) return undefined
  if (singles.some(({ from, to }) => from !== to)) return undefined
  singles.sort((a, b) => b.weight - a.weight)
  const own = ranges.find(({ node }) => node === base)
  const paths = singles.map((range, at) => at + 1 + range.tail)
  const depth = Math.max(singles.length + (own ? own.tail : 0), ...paths)
  return { kind: 'singles', base, singles, depth }
}

/** What a run leads to but for single numbers: the node of its wide ranges, else of the heaviest. */
export function baseAmong(
  ranges: readonly Placed[],
  first: number,
  last: number,
): Node | undefined {
  let heaviest = ranges[first]
  for (let at = first; at <= last; at++) {
    const range = ranges[at] as Placed
    if (range.from !== range.to) return range.node
    if (range.weight > (heaviest?.weight ?? 0)) heaviest = range
  }
  return heaviest?.node
}
