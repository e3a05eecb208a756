import type { Decision, EffectivePolicy } from '../policy/merge.ts'
import { type Action, type Condition, formatVerdict, type Rule } from '../policy/policy.ts'
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
  readonly default_action: Action
  readonly syscalls: readonly GroupData[]
}

export interface GroupData {
  readonly action: Action
  readonly errno?: string
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

/** Writes the policy as a section that parses, merges and compiles to the same program. */
export function sectionOf(policy: EffectivePolicy): SectionData {
  const groups = new Map<string, { names: string[]; named: Rule[]; verdict: Rule['verdict'] }>()
  const groupOf = (verdict: Rule['verdict']) => {
    const key = formatVerdict(verdict)
    const group = groups.get(key) ?? { names: [], named: [], verdict }
    groups.set(key, group)
    return group
  }
  for (const { name, rules, otherwise } of explicitDecisions(policy)) {
    for (const rule of rules) groupOf(rule.verdict).named.push(rule)
    const byDefault =
      formatVerdict(otherwise) === formatVerdict(wordDefault(name, policy.defaultAction))
    if (!byDefault) groupOf(otherwise).names.push(name)
  }
  const syscalls = [...groups.values()].map(
    ({ names, named, verdict }): GroupData => ({
      ...verdict,
      ...(names.length > 0 ? { names } : {}),
      ...(named.length > 0 ? { names_with_args: named.map(namedData) } : {}),
    }),
  )
  const { defaultAction } = policy
  // S9: the list needs at least one item, even if no call differs from the default.
  const idle: GroupData = { action: defaultAction, names: ['read'] }
  return {
    mode: 'replace',
    default_action: defaultAction,
    syscalls: syscalls.length > 0 ? syscalls : [idle],
  }
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
