import type { Condition, Rule } from './policy.ts'

const ALL_BITS = 2n ** 64n - 1n

/** Whether no value of some argument meets all conditions on it. Says so of what can be told condition by condition. */
export function isImpossible({ conditions }: Pick<Rule, 'conditions'>): boolean {
  return [...new Set(conditions.map(({ argument }) => argument))].some(argument =>
    isUnmet(conditions.filter(each => each.argument === argument)),
  )
}

/** Whether no call can meet the conditions of both. What can't be told apart counts as meeting. */
export function excludeEachOther(
  one: Pick<Rule, 'conditions'>,
  other: Pick<Rule, 'conditions'>,
): boolean {
  return isImpossible({ conditions: [...one.conditions, ...other.conditions] })
}

function isUnmet(conditions: readonly Condition[]): boolean {
  let [lowest, highest] = [0n, ALL_BITS]
  /** Bits that have to be as they are in `bits`. */
  let [known, bits] = [0n, 0n]
  for (const { operation, value, mask = ALL_BITS } of conditions) {
    if ((value & ~mask & ALL_BITS) !== 0n) return true
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
