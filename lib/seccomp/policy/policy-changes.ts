import type { Decision, EffectivePolicy } from './merge.ts'
import { formatCondition, formatVerdict } from './policy.ts'

/** A system call on which two policies differ, with the origin of the new rule. */
export interface CallChange {
  readonly name: string
  readonly origin: string
}

/** The calls on which `wanted` differs from `installed`, by number. Both are for one architecture. */
export function policyChanges(
  installed: EffectivePolicy,
  wanted: EffectivePolicy,
): readonly CallChange[] {
  const before = new Map(installed.decisions.map(each => [each.number, identity(each)]))
  const calls = wanted.decisions.filter(each => before.get(each.number) !== identity(each))
  const changes = calls.map(({ name, rules, origin }) => {
    return { name, origin: rules[0]?.origin ?? origin }
  })
  if (formatVerdict(installed.unknown) === formatVerdict(wanted.unknown)) return changes
  return [...changes, { name: 'unknown calls', origin: wanted.defaultOrigin }]
}

function identity({ rules, otherwise }: Decision): string {
  const tests = rules.map(({ conditions, verdict }) => {
    return `${conditions.map(formatCondition).join(' and ')} → ${formatVerdict(verdict)}`
  })
  return [...tests, formatVerdict(otherwise)].join('; ')
}
