import type { Report } from '../../errors.ts'
import { formatCondition, formatVerdict } from './policy.ts'
import type { PlacedRule } from './section-group.ts'

/**
 * Rules of one section that leave open what happens: one call, under the same conditions, with two
 * verdicts; or two errors for conditions that may hold together, since neither is the stricter one.
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
