import type { Report } from '../../errors.ts'
import { conditionsKey, formatVerdict, type Precedence } from './policy.ts'
import { excludeEachOther } from './possible.ts'
import type { PlacedRule } from './section-group.ts'

/**
 * Reports rules of one section that contradict each other: two verdicts for one call under the same
 * conditions, or two different errors for one call under conditions that may hold together (neither
 * error is the stricter one, so the merge could not choose, unless the order of the rules decides).
 */
export function reportConflicts(
  rules: readonly PlacedRule[],
  precedence: Precedence | undefined,
  report: Report,
): void {
  const seen = new Map<string, PlacedRule>()
  const errors = new Map<string, PlacedRule[]>()
  for (const placed of rules) {
    const { name, conditions, verdict } = placed.rule
    const key = `${name} ${conditionsKey(placed.rule)}`
    const same = seen.get(key)
    if (!same) seen.set(key, placed)
    else if (verdictOf(same) !== verdictOf(placed)) {
      report(placed.path, twoActions(same, placed))
      continue
    }
    if (precedence === 'first' || conditions.length === 0 || verdict.action !== 'errno') continue
    const others = errors.get(name) ?? []
    errors.set(name, others)
    if (same || others.length >= MOST_COMPARED) continue
    const other = others.find(each => mayContradict(each, placed))
    if (other) report(placed.path, `${twoActions(other, placed)}, and both may hold: ${REMEDY}`)
    else others.push(placed)
  }
}

/** No name can have more conditions in a program (compile.ts), so what comes after these is refused there. */
const MOST_COMPARED = 500

const REMEDY = 'with precedence: first, the one that is written first decides'

function mayContradict(one: PlacedRule, other: PlacedRule): boolean {
  return verdictOf(one) !== verdictOf(other) && !excludeEachOther(one.rule, other.rule)
}

function twoActions(one: PlacedRule, other: PlacedRule): string {
  const both = `${verdictOf(one)} in ${one.rule.origin}, ${verdictOf(other)} here`
  return `${other.rule.name} has two actions: ${both}`
}

function verdictOf({ rule }: PlacedRule): string {
  return formatVerdict(rule.verdict)
}
