import { formatVerdict, type Rule } from '../policy/policy.ts'
import { conditionsKey, isSame, type Note } from './convert.ts'

/**
 * Resolves overlapping rules of a profile as libseccomp 2.5 does: a rule without conditions overrides
 * all rules with conditions, and of two rules with the same conditions the first one wins. Where several
 * conditions hold, libseccomp's verdict depends on the order of the arguments; ours is the strictest
 * (docs/seccomp.md, Merge).
 */
export function resolveOverlaps(rules: readonly Rule[], note: Note): readonly Rule[] {
  const byName = new Map<string, Rule[]>()
  for (const rule of rules) byName.set(rule.name, [...(byName.get(rule.name) ?? []), rule])
  return [...byName.values()].flatMap(group => resolveGroup(group, note))
}

function resolveGroup(group: readonly Rule[], note: Note): readonly Rule[] {
  const plain = group.find(({ conditions }) => conditions.length === 0)
  if (!plain) return resolveConditional(group, note)
  for (const { name, verdict, origin } of group) {
    if (isSame(verdict, plain.verdict)) continue
    note(origin, `${name}: no effect, as ${plain.origin} decides all its calls`)
  }
  return [plain]
}

function resolveConditional(group: readonly Rule[], note: Note): readonly Rule[] {
  const first = new Map<string, Rule>()
  for (const rule of group) {
    const key = conditionsKey(rule)
    const other = first.get(key)
    if (!other) first.set(key, rule)
    else if (!isSame(other.verdict, rule.verdict)) {
      note(rule.origin, `${rule.name}: no effect, as ${other.origin} has the same conditions`)
    }
  }
  return withOneError([...first.values()], note)
}

/** Gives all rules one error, as neither of two errors is stricter where both conditions hold. */
function withOneError(rules: readonly Rule[], note: Note): readonly Rule[] {
  const verdicts = new Set(rules.map(({ verdict }) => formatVerdict(verdict)))
  const error = rules.find(({ verdict }) => verdict.action === 'errno')?.verdict
  if (verdicts.size > 1) {
    note(rules[0]?.name ?? '', 'where several conditions hold, the strictest action applies')
  }
  return rules.map(rule => {
    if (!error || rule.verdict.action !== 'errno' || isSame(rule.verdict, error)) return rule
    note(rule.origin, `${rule.name}: replaced by ${formatVerdict(error)}, as in its other rules`)
    return { ...rule, verdict: error }
  })
}
