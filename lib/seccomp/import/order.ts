import type { Condition, Operation, Rule } from '../policy/policy.ts'

/**
 * Puts the rules of one name into the order in which libseccomp tests them, whatever their order in the
 * profile (db.c, `_db_chain_lt`). It compares them condition by condition, from the lowest argument on: the
 * higher argument is tested first, then `Equal`, `NotEqual` and `MaskedEqual` before the smaller and those before
 * the greater, then the narrower bound or the higher value, by its upper half first. A rule comes after those
 * that go on where it ends. What is equal in all that stays in the profile's order.
 */
export function asOrdered(rules: readonly Rule[]): readonly Rule[] {
  const keyed = rules.map(rule => ({
    rule,
    conditions: rule.conditions.toSorted((a, b) => a.argument - b.argument),
  }))
  const firsts = new Map<string, number>()
  for (const condition of keyed.flatMap(({ conditions }) => conditions)) {
    const key = testOf(condition)
    if (!firsts.has(key)) firsts.set(key, firsts.size)
  }
  return keyed
    .sort((a, b) => compareAll(a.conditions, b.conditions, firsts))
    .map(({ rule }) => rule)
}

/** Two masks for the upper half are two tests, whose order is that in which they were first written. */
type Firsts = ReadonlyMap<string, number>

function testOf(condition: Condition): string {
  return [condition.argument, RANKS[condition.operation], highMask(condition)].join()
}

function compareAll(
  one: readonly Condition[],
  other: readonly Condition[],
  firsts: Firsts,
): number {
  for (const [at, condition] of one.entries()) {
    const against = other[at]
    if (!against) return -1
    if (isSame(condition, against)) continue
    return compare(condition, against, firsts)
  }
  return one.length < other.length ? 1 : 0
}

function compare(one: Condition, other: Condition, firsts: Firsts): number {
  if (one.argument !== other.argument) return other.argument - one.argument
  const byOperation = RANKS[one.operation] - RANKS[other.operation]
  if (byOperation !== 0) return byOperation
  if (highMask(one) !== highMask(other)) {
    return (firsts.get(testOf(one)) ?? 0) - (firsts.get(testOf(other)) ?? 0)
  }
  return byValue(one.operation, one.value, other.value)
}

/** The smaller bound of `LessThan` comes first, else the higher value. */
function byValue(operation: Operation, one: bigint, other: bigint): number {
  if (one === other) return 0
  return one < other === (RANKS[operation] === RANKS.LessThan) ? -1 : 1
}

const RANKS: Readonly<Record<Operation, number>> = {
  ...{ Equal: 0, NotEqual: 0, MaskedEqual: 0, BitsSet: 0, BitsNotSet: 0 },
  ...{ LessThan: 1, LessOrEqual: 1, GreaterThan: 2, GreaterOrEqual: 2 },
}

const ALL_BITS = 2n ** 64n - 1n

function highMask({ mask = ALL_BITS }: Condition): bigint {
  return mask >> 32n
}

function isSame(one: Condition, other: Condition): boolean {
  return (
    one.argument === other.argument &&
    one.operation === other.operation &&
    one.value === other.value &&
    one.mask === other.mask
  )
}
