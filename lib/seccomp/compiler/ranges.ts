import type { ErrnoName } from '../architectures/errno.ts'
import type { Decision, EffectivePolicy } from '../policy/merge.ts'
import type { Action, Verdict } from '../policy/policy.ts'
import { ENOSYS } from '../policy/wording.ts'
import { testArguments } from './arguments.ts'
import type { Graph, Node } from './graph.ts'

/** Neighbouring numbers that all lead to the same node. */
export interface Range {
  readonly from: number
  /** Inclusive. */
  readonly to: number
  readonly node: Node
  /** How often, relative to the others, an agent calls one of these numbers. */
  readonly weight: number
}

export type Weights = Readonly<Record<string, number>>

const HIGHEST = 0xffffffff

/** `SECCOMP_RET_*` of linux/seccomp.h. */
export const RETURNS: { readonly [A in Action]: number } = {
  kill_process: 0x80000000,
  kill_thread: 0x00000000,
  trap: 0x00030000,
  errno: 0x00050000,
  trace: 0x7ff00000,
  log: 0x7ffc0000,
  allow: 0x7fff0000,
}

/** What a program returns for a verdict: the action above, the error's number below. */
export function returnValue(
  { action, errno }: Verdict,
  numbers: Readonly<Record<ErrnoName, number>>,
): number {
  const data = action === 'errno' ? (errno ?? 'EPERM') : action === 'trap' ? errno : undefined
  return (RETURNS[action] | (data === undefined ? 0 : numbers[data])) >>> 0
}

/**
 * All 2³² numbers, in order and without gaps: each of the table alone, by its decision; all others
 * as unknown; and those of the foreign ABI as not existing.
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
  if (rules.length === 0) return leaf(otherwise)
  const tests = rules.map(({ conditions, verdict }) => ({ conditions, leaf: leaf(verdict) }))
  return testArguments(graph, architecture, name, tests, leaf(otherwise))
}
