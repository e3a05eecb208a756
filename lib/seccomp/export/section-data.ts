import { type Decision, type EffectivePolicy, strictestFirst } from '../policy/merge.ts'
import {
  type Action,
  type Condition,
  formatVerdict,
  type Precedence,
  type Rule,
} from '../policy/policy.ts'
import { excludeEachOther } from '../policy/possible.ts'
import { wordDefault } from '../policy/wording.ts'

/** The decisions that differ from the default action's verdict for the call. */
export function explicitDecisions({
  decisions,
  defaultAction,
}: EffectivePolicy): readonly Decision[] {
  const plain = (name: string) => formatVerdict(wordDefault(name, defaultAction))
  return decisions.filter(
    ({ name, rules, otherwise }) => rules.length > 0 || formatVerdict(otherwise) !== plain(name),
  )
}

/** An effective policy as a `seccomp:` section with `mode: replace`, in the format that users write. */
interface SectionData {
  readonly mode: 'replace'
  readonly precedence?: Precedence
  readonly default_action: Action
  readonly syscalls: readonly GroupData[]
}

export interface GroupData {
  readonly action: Action
  readonly errno?: string
  readonly must_exist?: false
  readonly names?: readonly string[]
  readonly names_with_args?: readonly NamedData[]
}

export interface NamedData {
  readonly name: string
  readonly arguments: readonly ConditionData[]
}

interface ConditionData {
  readonly argument: number
  readonly operation: string
  readonly value: number | string
  readonly mask?: number | string
}

interface Group {
  readonly verdict: Rule['verdict']
  readonly names: string[]
  readonly named: Rule[]
  readonly mustExist?: false
}

/**
 * Writes the policy as a section that parses, merges and compiles to the same program.
 *
 * @param elsewhere rules without conditions for calls that only other architectures have
 */
export function sectionOf(policy: EffectivePolicy, elsewhere: readonly Rule[] = []): SectionData {
  const groups = new Map<string, Group>()
  const groupOf = (verdict: Rule['verdict'], key = formatVerdict(verdict)) => {
    const group: Group = groups.get(key) ?? { names: [], named: [], verdict }
    groups.set(key, group)
    return group
  }
  const decisions = explicitDecisions(policy)
  const isOrdered = decisions.some(needsOrder)
  for (const { name, rules, otherwise } of decisions) {
    rules.forEach((rule, at) => {
      // In order, a rule that follows stands in a group that follows.
      const key = isOrdered ? `${String(at).padStart(6)} ${formatVerdict(rule.verdict)}` : undefined
      groupOf(rule.verdict, key).named.push(rule)
    })
    const byDefault =
      formatVerdict(otherwise) === formatVerdict(wordDefault(name, policy.defaultAction))
    if (!byDefault) groupOf(otherwise).names.push(name)
  }
  const foreign = new Map<string, Group>()
  for (const { name, verdict } of elsewhere) {
    const key = formatVerdict(verdict)
    const group: Group = foreign.get(key) ?? { names: [], named: [], verdict, mustExist: false }
    foreign.set(key, group)
    group.names.push(name)
  }
  const inOrder = [...groups.keys()]
  if (isOrdered) inOrder.sort()
  const isHere = inOrder.flatMap(key => groups.get(key) ?? [])
  const syscalls = [...isHere, ...foreign.values()].map(
    ({ names, named, verdict, mustExist }): GroupData => ({
      ...verdict,
      ...(mustExist === false ? { must_exist: false } : {}),
      ...(names.length > 0 ? { names } : {}),
      ...(named.length > 0 ? { names_with_args: named.map(namedData) } : {}),
    }),
  )
  const { defaultAction } = policy
  // S9: the list needs at least one item, even if no call differs from the default.
  const idle: GroupData = { action: defaultAction, names: ['read'] }
  return {
    mode: 'replace',
    ...(isOrdered && { precedence: 'first' }),
    default_action: defaultAction,
    syscalls: syscalls.length > 0 ? syscalls : [idle],
  }
}

/** Whether the rules would stand in another order, or could not be written, if the strictest of them decided. */
function needsOrder({ rules }: Decision): boolean {
  return rules.some((rule, at) => {
    const before = rules.slice(0, at)
    const last = before.at(-1)
    return (last && strictestFirst(last, rule) > 0) || before.some(each => isOtherError(each, rule))
  })
}

/** Whether both answer some call with an error, but not with the same one. */
function isOtherError(one: Rule, other: Rule): boolean {
  return (
    one.verdict.action === 'errno' &&
    other.verdict.action === 'errno' &&
    one.verdict.errno !== other.verdict.errno &&
    !excludeEachOther(one, other)
  )
}

function namedData({ name, conditions }: Rule) {
  return { name, arguments: conditions.map(conditionData) }
}

function conditionData({ argument, operation, value, mask }: Condition): ConditionData {
  const rest = mask === undefined ? {} : { mask: exact(mask) }
  return { argument, operation, value: exact(value), ...rest }
}

/** Numbers in YAML and JSON are exact only up to 2⁵³. */
function exact(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `0x${value.toString(16)}`
}
