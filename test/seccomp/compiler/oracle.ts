import type { Architecture } from '../../../lib/seccomp/architectures/architecture.ts'
import type { Call } from '../../../lib/seccomp/compiler/simulate.ts'
import {
  ACTIONS,
  type Condition,
  type Policy,
  type Rule,
  type Verdict,
} from '../../../lib/seccomp/policy/policy.ts'
import { wordDefault } from '../../../lib/seccomp/policy/wording.ts'

/**
 * What the documentation says happens to a call, read out plainly and slowly: no merging, no
 * ranges, no halves. The lowest layer comes first.
 */
export function plainReading(
  architecture: Architecture,
  layers: readonly Policy[],
): (call: Call) => Verdict {
  const names = new Map<number, string[]>()
  for (const [name, number] of Object.entries(architecture.table.numbers)) {
    names.set(number, [...(names.get(number) ?? []), name])
  }
  const defaultAction = layers.at(-1)?.defaultAction ?? 'errno'
  return ({ audit, number, args = [] }) => {
    if (audit !== architecture.audit) return { action: 'kill_process' }
    if (number >= (architecture.foreignFrom ?? 2 ** 32)) return { action: 'errno', errno: 'ENOSYS' }
    const called = names.get(number) ?? []
    for (const layer of layers.toReversed()) {
      const matching = layer.rules.filter(
        rule =>
          called.includes(rule.name) &&
          rule.conditions.every(test => holds(architecture, rule.name, test, args)),
      )
      const narrow = matching.filter(rule => rule.conditions.length > 0)
      const deciding = layer.precedence === 'first' ? narrow[0] : strictest(narrow)
      const found = deciding ?? strictest(matching)
      if (found) return found.verdict
    }
    return wordDefault(called[0], defaultAction)
  }
}

function strictest(rules: readonly Rule[]): Rule | undefined {
  return ACTIONS.map(action => rules.find(rule => rule.verdict.action === action)).find(Boolean)
}

/** Whether a condition holds for the bits of an argument that the kernel looks at. */
export function holds(
  { bits, widths }: Architecture,
  name: string,
  condition: Condition,
  args: readonly bigint[],
): boolean {
  const { argument } = condition
  const width = bits === 32 || widths[name]?.[argument] === 'i' ? 32 : 64
  return meets(condition, BigInt.asUintN(width, args[argument] ?? 0n))
}

/** Whether a value meets a condition. */
export function meets(
  { operation, value, mask = 0n }: Pick<Condition, 'operation' | 'value' | 'mask'>,
  found: bigint,
): boolean {
  switch (operation) {
    case 'Equal':
      return found === value
    case 'NotEqual':
      return found !== value
    case 'GreaterThan':
      return found > value
    case 'GreaterOrEqual':
      return found >= value
    case 'LessThan':
      return found < value
    case 'LessOrEqual':
      return found <= value
    case 'BitsSet':
      return (found & value) !== 0n
    case 'BitsNotSet':
      return (found & value) === 0n
    case 'MaskedEqual':
      return (found & mask) === value
  }
}
