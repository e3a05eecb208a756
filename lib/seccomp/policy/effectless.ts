import { isAllowed } from './denies.ts'
import type { Decision, EffectivePolicy } from './merge.ts'
import { type Condition, formatCondition, type Rule } from './policy.ts'

const ALL_BITS = 2n ** 64n - 1n

/** What of a policy has no effect, in words: rules that no call can match, and a policy that denies nothing. */
export function effectless(policy: EffectivePolicy): readonly string[] {
  const said = new Set<string>()
  for (const { rules } of policy.decisions) {
    for (const rule of rules.filter(isImpossible)) said.add(neverMatches(rule))
  }
  const denies = policy.decisions.some(decision => !isAllowed(possible(decision)))
  if (!denies && policy.defaultAction === 'allow') {
    said.add(
      `this policy denies nothing: the default action is allow (${policy.defaultOrigin}), and no rule denies a call`,
    )
  }
  return [...said]
}

function possible(decision: Decision): Decision {
  return { ...decision, rules: decision.rules.filter(rule => !isImpossible(rule)) }
}

function neverMatches({ name, conditions, origin }: Rule): string {
  return `${origin}: the rule for ${name} never matches: ${conditions.map(formatCondition).join(' and ')}`
}

/** Whether no value of some argument meets all conditions on it. Says so of what can be told condition by condition. */
function isImpossible({ conditions }: Rule): boolean {
  return [...new Set(conditions.map(({ argument }) => argument))].some(argument =>
    isUnmet(conditions.filter(each => each.argument === argument)),
  )
}

function isUnmet(conditions: readonly Condition[]): boolean {
  let [lowest, highest] = [0n, ALL_BITS]
  /** Bits that have to be as they are in `bits`. */
  let [known, bits] = [0n, 0n]
  for (const { operation, value, mask = ALL_BITS } of conditions) {
    if (operation === 'MaskedEqual' && (value & ~mask & ALL_BITS) !== 0n) return true
    if (operation === 'BitsSet' && value === 0n) return true
    const [fixed, as] = fixedBits({ operation, value, mask })
    if (((bits ^ as) & known & fixed) !== 0n) return true
    known |= fixed
    bits |= as
    const [from, to] = range(operation, value)
    if (from > lowest) lowest = from
    if (to < highest) highest = to
  }
  if (lowest > highest) return true
  const only = known === ALL_BITS ? bits : lowest === highest ? lowest : undefined
  return conditions.some(condition => contradicts(condition, { known, bits, only }))
}

function fixedBits({
  operation,
  value,
  mask = ALL_BITS,
}: Pick<Condition, 'operation' | 'value' | 'mask'>): readonly [fixed: bigint, as: bigint] {
  if (operation === 'Equal') return [ALL_BITS, value]
  if (operation === 'MaskedEqual') return [mask, value]
  return operation === 'BitsNotSet' ? [value, 0n] : [0n, 0n]
}

function range(operation: Condition['operation'], value: bigint): readonly [bigint, bigint] {
  if (operation === 'Equal') return [value, value]
  if (operation === 'GreaterThan') return [value + 1n, ALL_BITS]
  if (operation === 'GreaterOrEqual') return [value, ALL_BITS]
  if (operation === 'LessThan') return [0n, value - 1n]
  return operation === 'LessOrEqual' ? [0n, value] : [0n, ALL_BITS]
}

interface Known {
  readonly known: bigint
  readonly bits: bigint
  /** The one value that is left, if there is only one. */
  readonly only: bigint | undefined
}

function contradicts(
  { operation, value, mask = ALL_BITS }: Condition,
  { known, bits, only }: Known,
): boolean {
  if (operation === 'BitsSet' && (value & known) === value && (value & bits) === 0n) return true
  if (only === undefined) return false
  const [from, to] = range(operation, value)
  if (only < from || only > to) return true
  if (operation === 'NotEqual') return only === value
  if (operation === 'MaskedEqual') return (only & mask) !== value
  if (operation === 'BitsNotSet') return (only & value) !== 0n
  return operation === 'BitsSet' && (only & value) === 0n
}
