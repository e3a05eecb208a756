// Compiles an effective policy to a classic BPF program for seccomp(2). The stages:
//
//   1. ranges.ts splits all 2³² call numbers into ranges that share one decision. A call without rules
//      on arguments is a return; arguments.ts builds the tests for the others.
//   2. tree.ts plans the search for a number's range: the hottest calls first, the rest as a tree of
//      low weighted depth (tree-halves.ts, tree-bounded.ts, tree-search.ts).
//   3. graph.ts holds the result as an acyclic graph in which equal nodes are one object.
//   4. assemble.ts orders the nodes, back to front, and resolves the jumps; program.ts encodes them.
//
// A program checks the architecture first, then the number, then arguments. It is deterministic: equal
// policies and weights give equal programs. simulate.ts runs one as the kernel does.

import type { EffectivePolicy } from '../policy/merge.ts'
import { PolicyError } from '../policy/policy-error.ts'
import { assemble } from './assemble.ts'
import { Graph } from './graph.ts'
import { ARCH_OFFSET, LONGEST_PROGRAM, NUMBER_OFFSET, type Program } from './program.ts'
import { rangesOf, returnValue, type Weights } from './ranges.ts'
import { decisionTree } from './tree.ts'

/** Each condition takes an instruction, and more of them, nested, would overflow our own stack. */
const MOST_CONDITIONS = 500

/**
 * Compiles a policy. A call of a foreign architecture ends the process, whatever the default action is.
 * An unconditional allowance reads only the architecture and the number, so that the kernel can cache
 * it (seccomp_cache_prepare, Linux 5.11).
 *
 * @param weights how often each name is called, in any unit; missing names count as never called
 * @throws PolicyError `PROGRAM_TOO_LARGE`
 */
export function compile(policy: EffectivePolicy, weights: Weights = {}): Program {
  refuseTooManyConditions(policy)
  const graph = new Graph()
  const { audit, errno } = policy.architecture
  const tree = decisionTree(graph, rangesOf(graph, policy, weights))
  const foreign = graph.return(returnValue({ action: 'kill_process' }, errno))
  const numbered = tree.kind === 'return' ? tree : graph.load(NUMBER_OFFSET, tree)
  const ours = graph.test('equal', audit, numbered, foreign)
  const program = assemble(graph.load(ARCH_OFFSET, ours))
  if (program.length > LONGEST_PROGRAM) {
    throw new PolicyError(
      'PROGRAM_TOO_LARGE',
      `the policy needs ${program.length} instructions, the kernel accepts ${LONGEST_PROGRAM}`,
    )
  }
  return program
}

function refuseTooManyConditions({ decisions }: EffectivePolicy): void {
  for (const { name, rules } of decisions) {
    const conditions = rules.reduce((sum, rule) => sum + rule.conditions.length, 0)
    if (conditions <= MOST_CONDITIONS) continue
    throw new PolicyError(
      'PROGRAM_TOO_LARGE',
      `${name} has ${conditions} conditions on its arguments, at most ${MOST_CONDITIONS} are possible`,
    )
  }
}
