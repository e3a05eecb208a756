import type { Report } from '../../errors.ts'
import { formatCondition, formatVerdict } from './policy.ts'
import type { PlacedRule } from './section-group.ts'

/**
 * Reports rules of one section that contradict each other: two verdicts for one call under the same
 * conditions, or two different errors for one call under conditions that may hold together (neither
 * error is the stricter one, so the merge could not choose).
 */
export function reportConflicts(rules: readonly PlacedRule[], report: Report): void {
  const seen = new Map<string, PlacedRule>()
  for (const placed of rules) {
    for (const key of keysOf(placed)) {
      const other = seen.get(key)
      if (!other) seen.set(key, placed)
      else if (verdictOf(other) !== verdictOf(placed)) {
        const { name } = placed.rule
        const both = `${verdictOf(other)} in ${other.rule.origin}, ${verdictOf(placed)} here`
        report(placed.path, `${name} has two actions: ${both}`)
        break
      }
    }
  }
}

function keysOf({ rule: { name, conditions, verdict } }: PlacedRule): readonly string[] {
  const same = `${name} ${conditions.map(formatCondition).sort().join(' and ')}`
  const errors = `${name} errno`
  return conditions.length > 0 && verdict.action === 'errno' ? [same, errors] : [same]
}

function verdictOf({ rule }: PlacedRule): string {
  return formatVerdict(rule.verdict)
}
