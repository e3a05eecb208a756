import { conditionsKey, type Precedence, type Rule } from '../policy/policy.ts'
import { excludeEachOther } from '../policy/possible.ts'
import { isSame, type Note } from './convert.ts'
import { asOrdered } from './order.ts'

interface Resolved {
  readonly rules: readonly Rule[]
  readonly precedence: Precedence
}

/**
 * Resolves overlapping rules of a profile as libseccomp does: a rule without conditions overrides all rules
 * with conditions, of two rules with the same conditions the first one wins, and where the conditions of
 * several rules hold, the order in which libseccomp tests them decides.
 */
export function resolveOverlaps(rules: readonly Rule[], note: Note): Resolved {
  const byName = new Map<string, Rule[]>()
  for (const rule of rules) {
    const group = byName.get(rule.name)
    if (group) group.push(rule)
    else byName.set(rule.name, [rule])
  }
  const groups = [...byName.values()].map(group => resolveGroup(group, note))
  const isOrdered = groups.some(group => dependsOnOrder(group, note))
  return { rules: groups.flat(), precedence: isOrdered ? 'first' : 'strictest' }
}

function resolveGroup(group: readonly Rule[], note: Note): readonly Rule[] {
  const plain = group.find(({ conditions }) => conditions.length === 0)
  if (!plain) return asOrdered(firstOfSame(group, note))
  for (const { name, verdict, origin } of group) {
    if (isSame(verdict, plain.verdict)) continue
    note(origin, `${name}: no effect, as ${plain.origin} decides all its calls`)
  }
  return [plain]
}

function firstOfSame(group: readonly Rule[], note: Note): readonly Rule[] {
  const first = new Map<string, Rule>()
  for (const rule of group) {
    const key = conditionsKey(rule)
    const other = first.get(key)
    if (!other) first.set(key, rule)
    else if (!isSame(other.verdict, rule.verdict)) {
      note(rule.origin, `${rule.name}: no effect, as ${other.origin} has the same conditions`)
    }
  }
  return [...first.values()]
}

/** Whether some call may meet the conditions of two rules that answer it in different ways; notes the first such pair. */
function dependsOnOrder(rules: readonly Rule[], note: Note): boolean {
  for (const [at, rule] of rules.entries()) {
    const other = rules
      .slice(0, at)
      .find(each => !isSame(each.verdict, rule.verdict) && !excludeEachOther(each, rule))
    if (!other) continue
    note(rule.origin, `${rule.name}: where ${other.origin} matches too, that one decides`)
    return true
  }
  return false
}
