import type { EffectivePolicy } from '../policy/merge.ts'
import { PolicyError } from '../policy/policy-error.ts'
import { assemble } from './assemble.ts'
import { Graph } from './graph.ts'
import { ARCH_OFFSET, LONGEST_PROGRAM, NUMBER_OFFSET, type Program } from './program.ts'
import { rangesOf, returnValue, type Weights } from './ranges.ts'
import { decisionTree } from './tree.ts'

/** Each condition takes an instruction, and a nest of more would be deeper than our own stack. */
const MOST_CONDITIONS = 500

/**
 * The program of a policy: a call of a foreign architecture ends the process, whatever the default
 * action; then the number's range, then its arguments. A plain allowance looks at nothing but
 * architecture and number, so that the kernel may remember it (seccomp_cache_prepare, Linux 5.11).
 *
 * @param weights how often each name is called, in any unit; names left out count as never
 * @throws PolicyError `PROGRAM_TOO_LARGE`
 */
export function compile(policy: EffectivePolicy, weights: Weights = {}): Program {
  refuseEndless(policy)
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
      `the policy needs ${program.length} instructions and the kernel takes ${LONGEST_PROGRAM}`,
    )
  }
  return program
}

function refuseEndless({ decisions }: EffectivePolicy): void {
  for (const { name, rules } of decisions) {
    const conditions = rules.reduce((sum, rule) => sum + rule.conditions.length, 0)
    if (conditions <= MOST_CONDITIONS) continue
    throw new PolicyError(
      'PROGRAM_TOO_LARGE',
      `${name} has ${conditions} conditions on its arguments; ${MOST_CONDITIONS} can be compiled`,
    )
  }
}
