import type { Architecture } from '../architectures/architecture.ts'
import { isNarrow } from '../compiler/arguments.ts'
import type { Decision } from '../policy/merge.ts'
import type { Condition, Rule } from '../policy/policy.ts'

/** The rule that decides a call with these arguments (missing ones are 0), or undefined. */
export function ruleFor(
  architecture: Architecture,
  { name, rules }: Decision,
  args: readonly bigint[],
): Rule | undefined {
  return rules.find(({ conditions }) =>
    conditions.every(condition => {
      const bits = isNarrow(architecture, name, condition.argument) ? 32 : 64
      return holds(condition, BigInt.asUintN(bits, args[condition.argument] ?? 0n))
    }),
  )
}

function holds({ operation, value, mask = 0n }: Condition, word: bigint): boolean {
  switch (operation) {
    case 'Equal':
      return word === value
    case 'NotEqual':
      return word !== value
    case 'GreaterThan':
      return word > value
    case 'GreaterOrEqual':
      return word >= value
    case 'LessThan':
      return word < value
    case 'LessOrEqual':
      return word <= value
    case 'BitsSet':
      return (word & value) !== 0n
    case 'BitsNotSet':
      return (word & value) === 0n
    case 'MaskedEqual':
      return (word & mask) === value
  }
}
