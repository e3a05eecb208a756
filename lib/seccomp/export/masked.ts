import type { Condition } from '../policy/policy.ts'

/** `(argument & mask) == value`. */
export interface Masked {
  readonly mask: bigint
  readonly value: bigint
}

/**
 * A condition as alternatives, of which exactly those hold that it means: all that a filter which
 * knows only `SCMP_CMP_MASKED_EQ` needs. None: it never holds. A mask of 0: it always does.
 *
 * @param bits how many bits of the argument are looked at, and so how many alternatives at most
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
      return below(value, all)
    case 'LessOrEqual':
      return below(value + 1n, all)
    case 'GreaterThan':
      return above(value, all)
    case 'GreaterOrEqual':
      return value === 0n ? ALWAYS : above(value - 1n, all)
  }
}

/** What meets two of them on one argument; undefined where nothing does. */
export function both(a: Masked, b: Masked): Masked | undefined {
  const isContradiction = ((a.value ^ b.value) & a.mask & b.mask) !== 0n
  return isContradiction ? undefined : { mask: a.mask | b.mask, value: a.value | b.value }
}

const ALWAYS: readonly Masked[] = [{ mask: 0n, value: 0n }]

function eachBit(bits: bigint): readonly bigint[] {
  const found: bigint[] = []
  for (let bit = 1n; bit <= bits; bit <<= 1n) if ((bits & bit) !== 0n) found.push(bit)
  return found
}

/** Less than `limit`: the same above one of its bits, that bit unset, whatever follows. */
function below(limit: bigint, all: bigint): readonly Masked[] {
  if (limit > all) return ALWAYS
  return eachBit(limit).map(bit => ({ mask: from(bit, all), value: limit & from(bit << 1n, all) }))
}

/** Greater than `limit`: the same above one of the bits it has not, that bit set. */
function above(limit: bigint, all: bigint): readonly Masked[] {
  if (limit >= all) return []
  return eachBit(~limit & all).map(bit => {
    return { mask: from(bit, all), value: (limit & from(bit << 1n, all)) | bit }
  })
}

/** All bits from this one up. */
function from(bit: bigint, all: bigint): bigint {
  return all & ~(bit - 1n)
}
