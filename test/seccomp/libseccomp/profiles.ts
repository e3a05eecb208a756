import fc from 'fast-check'
import type { Architecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { isNarrow } from '../../../lib/seccomp/compiler/arguments.ts'
import type { Condition, Operation } from '../../../lib/seccomp/policy/policy.ts'
import type { SharedPolicy } from './reference.ts'

/** A profile as JSON has it, as far as libseccomp sees it. */
export interface RawProfile {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly syscalls: readonly RawRule[]
}

interface RawRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  readonly args?: readonly RawArgument[] | null
  readonly includes?: object | null
  readonly excludes?: object | null
}

interface RawArgument {
  readonly index: number
  readonly op: string
  /** A string where a number of JavaScript would not be exact. */
  readonly value: number | string
  readonly valueTwo?: number | string
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  SCMP_CMP_EQ: 'Equal',
  SCMP_CMP_NE: 'NotEqual',
  SCMP_CMP_GT: 'GreaterThan',
  SCMP_CMP_GE: 'GreaterOrEqual',
  SCMP_CMP_LT: 'LessThan',
  SCMP_CMP_LE: 'LessOrEqual',
  SCMP_CMP_MASKED_EQ: 'MaskedEqual',
}

const RETURNS: Readonly<Record<string, number>> = {
  SCMP_ACT_ALLOW: 0x7fff0000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_TRAP: 0x30000,
  SCMP_ACT_ERRNO: 0x50000,
}

/** What runc hands over to libseccomp: each rule in its order, but those that say what the default says. */
export function handedOver(
  { defaultAction, defaultErrnoRet, syscalls }: RawProfile,
  known: ReadonlySet<string>,
): SharedPolicy {
  const otherwise = returned({ action: defaultAction, errnoRet: defaultErrnoRet })
  const rules = syscalls.flatMap(({ names, args, ...answer }) => {
    const conditions = (args ?? []).map(conditionOf)
    const distinct = new Set(conditions.map(({ argument }) => argument)).size
    const lists = distinct === conditions.length ? [conditions] : conditions.map(each => [each])
    const value = returned(answer)
    if (value === otherwise) return []
    return names
      .filter(name => known.has(name))
      .flatMap(name => lists.map(list => ({ name, value, conditions: list })))
  })
  return { otherwise, rules }
}

function returned({ action, errnoRet = 1 }: { action: string; errnoRet?: number | undefined }) {
  const plain = RETURNS[action]
  if (plain === undefined) throw new RangeError(action)
  return plain + (action === 'SCMP_ACT_ERRNO' ? errnoRet : 0)
}

function conditionOf({ index, op, value, valueTwo = 0 }: RawArgument): Condition {
  const operation = OPERATIONS[op]
  if (!operation) throw new RangeError(op)
  const condition = { argument: index, operation, value: BigInt(value) }
  return operation === 'MaskedEqual'
    ? { ...condition, value: BigInt(valueTwo), mask: BigInt(value) }
    : condition
}

const SMALL = [0n, 1n, 2n, 3n, 5n, 8n]
const LARGE = [2n ** 32n, 2n ** 32n + 1n, 5n * 2n ** 32n + 5n]

export interface Overlap {
  /** The most rules, and the most conditions of each. */
  readonly rules: number
  readonly conditions: number
  /** Whether values of more than 32 bits occur. */
  readonly large: boolean
}

/** Rules for one call, each with an answer of its own. */
export function overlappingRules(
  architecture: Architecture,
  name: string,
  { rules, conditions, large }: Overlap,
): fc.Arbitrary<RawProfile> {
  const argument = fc.nat(2).chain(index => {
    const isSmall = !large || isNarrow(architecture, name, index)
    const values = isSmall ? SMALL : [...SMALL, ...LARGE]
    const value = fc.constantFrom(...values)
    return fc
      .record({ op: fc.constantFrom(...Object.keys(OPERATIONS)), value, other: value })
      .map(({ op, value: first, other }) => {
        // libseccomp takes the mask first.
        const isMasked = op === 'SCMP_CMP_MASKED_EQ'
        const mask = first === 0n ? 1n : first
        return isMasked
          ? { index, op, value: exact(mask), valueTwo: exact(other & mask) }
          : { index, op, value: exact(first) }
      })
  })
  const args = fc.uniqueArray(argument, {
    minLength: 1,
    maxLength: conditions,
    selector: ({ index }) => index,
  })
  return fc.array(args, { minLength: 2, maxLength: rules }).map(lists => ({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: lists.map((each, at) => {
      return { names: [name], action: 'SCMP_ACT_ERRNO', errnoRet: 2 + at, args: each }
    }),
  }))
}

/** As `parseJson` returns what a number of JavaScript would not hold. */
export function exact(value: bigint): number | string {
  return value < 10n ** 15n ? Number(value) : value.toString()
}
