import type { Architecture } from '../architectures/architecture.ts'
import type { ErrnoName } from '../architectures/errno.ts'
import { isNarrow } from '../compiler/arguments.ts'
import {
  type Condition,
  formatCondition,
  formatVerdict,
  type Operation,
  type Rule,
  type Verdict,
} from '../policy/policy.ts'
import { SCMP_ACTIONS, type ScmpOperator } from '../policy/scmp.ts'
import { ENOSYS, EPERM } from '../policy/wording.ts'
import type { ProfileAction, ProfileArgument, ProfileRule } from './profile.ts'

/** Reports a difference between the profile and the result: where it is, and a message. */
export type Note = (where: string, message: string) => void

/** Converts a profile's action into a verdict. */
export function verdictOf(
  { action, errno }: ProfileAction,
  architecture: Architecture,
  note: (message: string) => void,
): Verdict {
  if (action === 'SCMP_ACT_NOTIFY') {
    note(
      'SCMP_ACT_NOTIFY needs a supervisor: replaced by ENOSYS, as the kernel returns without one',
    )
    return ENOSYS
  }
  const known = SCMP_ACTIONS[action]
  if (known === 'trace' && errno !== undefined) note("the tracer's message is not carried over")
  if (known !== 'errno') return { action: known }
  if (errno === undefined) return EPERM
  const names = Object.keys(architecture.errno) as ErrnoName[]
  const name = names.find(each => each === errno || architecture.errno[each] === errno)
  if (name) return { action: 'errno', errno: name }
  note(`error ${errno} has no name on ${architecture.name}: replaced by EPERM`)
  return EPERM
}

const OPERATIONS: { readonly [O in ScmpOperator]: Operation } = {
  SCMP_CMP_NE: 'NotEqual',
  SCMP_CMP_LT: 'LessThan',
  SCMP_CMP_LE: 'LessOrEqual',
  SCMP_CMP_EQ: 'Equal',
  SCMP_CMP_GE: 'GreaterOrEqual',
  SCMP_CMP_GT: 'GreaterThan',
  SCMP_CMP_MASKED_EQ: 'MaskedEqual',
}

/** Of a masked comparison libseccomp masks both sides. */
function conditionOf({ index, op, value, valueTwo }: ProfileArgument): Condition {
  const operation = OPERATIONS[op]
  return operation === 'MaskedEqual'
    ? { argument: index, operation, value: valueTwo & value, mask: value }
    : { argument: index, operation, value }
}

const LOW = 0xffffffffn
const SIGN = 0x80000000n

/**
 * A condition for the 32 bits that the kernel takes of an argument, if that is an `int`: a negative number that is
 * written with 64 bits, `0xffffffffffffffff`, is the same one with 32.
 */
export function asTaken(architecture: Architecture, name: string, condition: Condition): Condition {
  const { argument, value, mask } = condition
  if (architecture.bits === 32 || !isNarrow(architecture, name, argument)) return condition
  const isNegative =
    value >> 32n === (mask === undefined ? LOW : mask >> 32n) && (value & SIGN) !== 0n
  const isShort = value <= LOW
  if (!isNegative && !isShort) return condition
  return { ...condition, value: value & LOW, ...(mask !== undefined && { mask: mask & LOW }) }
}

/**
 * A rule's conditions as alternative lists; the rule matches where all conditions of one list hold. If
 * two conditions are on one argument, runc and crun take all conditions of the rule as alternatives
 * (opencontainers/runc#2735).
 */
export function alternativesOf({ args }: ProfileRule): readonly (readonly Condition[])[] {
  const conditions = args.map(conditionOf)
  const distinct = new Set(args.map(({ index }) => index)).size
  return distinct === args.length ? [conditions] : conditions.map(each => [each])
}

/** Notes each condition that compares only the 32 bits that the kernel takes, where libseccomp compares 64. */
export function noteWidth(
  architecture: Architecture,
  { name, origin, conditions }: Rule,
  note: Note,
): void {
  // There libseccomp compares no more, either.
  if (architecture.bits === 32) return
  for (const condition of conditions) {
    const { argument, value, mask = 0n } = condition
    if (!isNarrow(architecture, name, argument)) continue
    const isWide = value > 0xffffffffn || mask > 0xffffffffn
    const why = isWide ? 'but the value has more' : 'not all 64'
    note(origin, `${name}: ${formatCondition(condition)} compares only the low 32 bits, ${why}`)
  }
}

export function isSame(a: Verdict, b: Verdict): boolean {
  return formatVerdict(a) === formatVerdict(b)
}
