import type { ErrnoName } from '../architectures/errno.ts'
import type { Decision, EffectivePolicy } from '../policy/merge.ts'
import { RETURNS, type Verdict } from '../policy/policy.ts'
import { ENOSYS } from '../policy/wording.ts'
import { testArguments } from './arguments.ts'
import type { Graph, Node } from './graph.ts'

/** Consecutive call numbers that lead to the same node. */
export interface Range {
  readonly from: number
  /** Inclusive. */
  readonly to: number
  readonly node: Node
  /** How often an agent calls these numbers, relative to the other ranges. */
  readonly weight: number
}

export type Weights = Readonly<Record<string, number>>

const HIGHEST = 0xffffffff

/** The return value for a verdict: the action in the upper half, the error number in the lower. */
export function returnValue(
  { action, errno }: Verdict,
  numbers: Readonly<Record<ErrnoName, number>>,
): number {
  const data = action === 'errno' ? (errno ?? 'EPERM') : action === 'trap' ? errno : undefined
  return (RETURNS[action] | (data === undefined ? 0 : numbers[data])) >>> 0
}

/**
 * Ranges that cover all 2³² numbers, in order and without gaps. Each number of the table has a range of
 * its own with its decision. All others get the verdict for unknown calls, and those of the foreign ABI
 * (x32) get ENOSYS.
 */
export function rangesOf(
  graph: Graph,
  policy: EffectivePolicy,
  weights: Weights,
): readonly Range[] {
  const leaf = (verdict: Verdict) => graph.return(returnValue(verdict, policy.architecture.errno))
  const ranges: Range[] = []
  let next = 0
  const upTo = (to: number, node: Node, weight = 0) => {
    if (to < next) return
    ranges.push({ from: next, to, node, weight })
    next = to + 1
  }
  const { foreignFrom = HIGHEST + 1 } = policy.architecture
  const unknown = leaf(policy.unknown)
  for (const decision of policy.decisions) {
    upTo(decision.number - 1, unknown)
    upTo(decision.number, decide(graph, policy, decision, leaf), weights[decision.name])
  }
  upTo(foreignFrom - 1, unknown)
  upTo(HIGHEST, leaf(ENOSYS))
  return ranges
}

function decide(
  graph: Graph,
  { architecture }: EffectivePolicy,
  { name, rules, otherwise }: Decision,
  leaf: (verdict: Verdict) => Node,
): Node {
  const tests = rules.map(({ conditions, verdict }) => ({ conditions, leaf: leaf(verdict) }))
  return testArguments(graph, architecture, name, tests, leaf(otherwise))
}
