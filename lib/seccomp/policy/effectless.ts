import { isAllowed } from './denies.ts'
import type { Decision, EffectivePolicy } from './merge.ts'
import { formatCondition, type Rule } from './policy.ts'
import { isImpossible } from './possible.ts'

/** What of a policy has no effect, in words: rules that no call can match, and a policy that denies nothing. */
export function effectless(policy: EffectivePolicy): readonly string[] {
  const said = new Set<string>()
  for (const { rules } of policy.decisions) {
    for (const rule of rules.filter(isImpossible)) said.add(neverMatches(rule))
  }
  const denies = policy.decisions.some(decision => !isAllowed(possible(decision)))
  if (!denies && policy.defaultAction === 'allow') {
    said.add(
      `this policy denies nothing: the default action is allow (${policy.defaultOrigin}), and no rule denies a call`,
    )
  }
  return [...said]
}

function possible(decision: Decision): Decision {
  return { ...decision, rules: decision.rules.filter(rule => !isImpossible(rule)) }
}

function neverMatches({ name, conditions, origin }: Rule): string {
  return `${origin}: the rule for ${name} never matches: ${conditions.map(formatCondition).join(' and ')}`
}
