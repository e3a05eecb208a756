import type { Architecture } from '../architectures/architecture.ts'
import { isNarrow } from '../compiler/arguments.ts'
import type { Condition, Operation } from '../policy/policy.ts'
import type { ScmpOperator } from '../policy/scmp.ts'
import { intersect, type Masked, maskedAlternatives } from './masked.ts'

/** `linux.seccomp.syscalls[].args[]` of the OCI runtime specification. */
export interface OciArgument {
  readonly index: number
  /** The mask for `SCMP_CMP_MASKED_EQ`, with the compared value in `valueTwo`; else the value. */
  readonly value: bigint
  readonly valueTwo?: bigint
  readonly op: ScmpOperator
}

/** More rules than this for one name would slow down every filter built from them. */
const MAX_ALTERNATIVES = 256

const DIRECT: Partial<Readonly<Record<Operation, ScmpOperator>>> = {
  Equal: 'SCMP_CMP_EQ',
  NotEqual: 'SCMP_CMP_NE',
  GreaterThan: 'SCMP_CMP_GT',
  LessThan: 'SCMP_CMP_LT',
  GreaterOrEqual: 'SCMP_CMP_GE',
  LessOrEqual: 'SCMP_CMP_LE',
}

/**
 * Turns the conditions of one rule into alternative argument lists; the rule matches where all tests of
 * one list hold. libseccomp compares all 64 bits of an argument, so an argument that the kernel takes
 * as an `int` is compared under a mask. libseccomp accepts one test of an argument per rule, so several
 * tests are combined into one, also under a mask. Undefined if that takes too many alternatives.
 */
export function ociArguments(
  architecture: Architecture,
  name: string,
  conditions: readonly Condition[],
): readonly (readonly OciArgument[])[] | undefined {
  let lists: readonly (readonly OciArgument[])[] = [[]]
  for (const index of new Set(conditions.map(({ argument }) => argument))) {
    const own = conditions.filter(({ argument }) => argument === index)
    const bits = isNarrow(architecture, name, index) ? 32 : 64
    const alternatives = testsOf(index, own, bits)
    if (!alternatives || lists.length * alternatives.length > MAX_ALTERNATIVES) return undefined
    lists = lists.flatMap(list => alternatives.map(tests => [...list, ...tests]))
  }
  return lists
}

function testsOf(
  index: number,
  conditions: readonly Condition[],
  bits: 32 | 64,
): readonly (readonly OciArgument[])[] | undefined {
  const [only] = conditions
  const op = only && DIRECT[only.operation]
  if (only && op && conditions.length === 1 && bits === 64) {
    return [[{ index, value: only.value, op }]]
  }
  return combine(conditions, bits)?.map(({ mask, value }) => {
    return mask === 0n ? [] : [{ index, value: mask, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' }]
  })
}

function combine(conditions: readonly Condition[], bits: 32 | 64): readonly Masked[] | undefined {
  let found: readonly Masked[] = [{ mask: 0n, value: 0n }]
  for (const condition of conditions) {
    const more = maskedAlternatives(condition, bits)
    if (found.length * more.length > 16 * MAX_ALTERNATIVES) return undefined
    found = found.flatMap(one => more.flatMap(other => intersect(one, other) ?? []))
  }
  return found
}
