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

/** Tells of something that the result does not have as the profile has it: where, and what. */
export type Note = (where: string, what: string) => void

/** What a profile's action is here. */
export function verdictOf(
  { action, errno }: ProfileAction,
  architecture: Architecture,
  note: (what: string) => void,
): Verdict {
  if (action === 'SCMP_ACT_NOTIFY') {
    note('SCMP_ACT_NOTIFY needs a supervisor: ENOSYS, as the kernel answers without one')
    return ENOSYS
  }
  const known = SCMP_ACTIONS[action]
  if (known === 'trace' && errno !== undefined) note("the tracer's message is not carried over")
  if (known !== 'errno') return { action: known }
  if (errno === undefined) return EPERM
  const names = Object.keys(architecture.errno) as ErrnoName[]
  const name = names.find(each => each === errno || architecture.errno[each] === errno)
  if (name) return { action: 'errno', errno: name }
  note(`error ${errno} has no name on ${architecture.name}: EPERM`)
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

function conditionOf({ index, op, value, valueTwo }: ProfileArgument): Condition {
  const operation = OPERATIONS[op]
  return operation === 'MaskedEqual'
    ? { argument: index, operation, value: valueTwo, mask: value }
    : { argument: index, operation, value }
}

/**
 * A rule's conditions, as lists of which any has to hold whole: two on one argument are alternatives
 * to runc and crun (opencontainers/runc#2735), and so then are all others of that rule.
 */
export function alternativesOf({ args }: ProfileRule): readonly (readonly Condition[])[] {
  const conditions = args.map(conditionOf)
  const distinct = new Set(args.map(({ index }) => index)).size
  return distinct === args.length ? [conditions] : conditions.map(each => [each])
}

/** Where our reading of an argument, by the 32 bits that the kernel takes, differs from 64 bits. */
export function noteWidth(
  architecture: Architecture,
  { name, origin, conditions }: Rule,
  note: Note,
): void {
  for (const condition of conditions) {
    const { argument, value, mask = 0n } = condition
    if (!isNarrow(architecture, name, argument)) continue
    const above = value > 0xffffffffn || mask > 0xffffffffn
    const what = above ? ', and the value has more' : ' and not by all 64'
    note(origin, `${name}: ${formatCondition(condition)} is compared by the low 32 bits${what}`)
  }
}

/** One identity for two rules that say when, whatever they say then. */
export function conditionsKey({ conditions }: Pick<Rule, 'conditions'>): string {
  return conditions.map(formatCondition).sort().join(' and ')
}

export function isSame(a: Verdict, b: Verdict): boolean {
  return formatVerdict(a) === formatVerdict(b)
}
