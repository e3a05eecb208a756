import type { Condition } from '../policy/policy.ts'

/** `(argument & mask) == value`. */
export interface Masked {
  readonly mask: bigint
  readonly value: bigint
}

/**
 * Turns a condition into alternatives for a filter that knows only `SCMP_CMP_MASKED_EQ`: the condition
 * holds exactly where one of them holds. An empty list never holds; a mask of 0 always holds.
 *
 * @param bits the number of compared bits of the argument, and so the greatest number of alternatives
 */
export function maskedAlternatives(
  { operation, value, mask = 0n }: Condition,
  bits: 32 | 64,
): readonly Masked[] {
  const all = 2n ** BigInt(bits) - 1n
  switch (operation) {
    case 'Equal':
      return value > all ? [] : [{ mask: all, value }]
    case 'MaskedEqual':
      return (value & ~mask) !== 0n || value > all ? [] : [{ mask: mask & all, value }]
    case 'NotEqual':
      return value > all ? ALWAYS : eachBit(all).map(bit => ({ mask: bit, value: ~value & bit }))
    case 'BitsSet':
      return eachBit(value & all).map(bit => ({ mask: bit, value: bit }))
    case 'BitsNotSet':
      return [{ mask: value & all, value: 0n }]
    case 'LessThan':
      return lessThan(value, all)
    case 'LessOrEqual':
      return lessThan(value + 1n, all)
    case 'GreaterThan':
      return greaterThan(value, all)
    case 'GreaterOrEqual':
      return value === 0n ? ALWAYS : greaterThan(value - 1n, all)
  }
}

/** The test that holds where both hold, on one argument; undefined if they contradict each other. */
export function intersect(a: Masked, b: Masked): Masked | undefined {
  const isContradiction = ((a.value ^ b.value) & a.mask & b.mask) !== 0n
  return isContradiction ? undefined : { mask: a.mask | b.mask, value: a.value | b.value }
}

const ALWAYS: readonly Masked[] = [{ mask: 0n, value: 0n }]

function eachBit(bits: bigint): readonly bigint[] {
  const found: bigint[] = []
  for (let bit = 1n; bit <= bits; bit <<= 1n) if ((bits & bit) !== 0n) found.push(bit)
  return found
}

/**
 * A value is less than `limit` if it equals the limit above one of the limit's set bits and has that
 * bit unset; the lower bits don't matter.
 */
function lessThan(limit: bigint, all: bigint): readonly Masked[] {
  if (limit > all) return ALWAYS
  return eachBit(limit).map(bit => ({
    mask: bitsFrom(bit, all),
    value: limit & bitsFrom(bit << 1n, all),
  }))
}

/** A value is greater than `limit` if it equals the limit above one of its unset bits and has that bit set. */
function greaterThan(limit: bigint, all: bigint): readonly Masked[] {
  if (limit >= all) return []
  return eachBit(~limit & all).map(bit => {
    return { mask: bitsFrom(bit, all), value: (limit & bitsFrom(bit << 1n, all)) | bit }
  })
}

/** All bits from `bit` upwards. */
function bitsFrom(bit: bigint, all: bigint): bigint {
  return all & ~(bit - 1n)
}
