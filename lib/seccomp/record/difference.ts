import type { Architecture } from '../architectures/architecture.ts'
import type { Policy } from '../policy/policy.ts'
import { ALWAYS } from './always.ts'

/** The differences between a recorded policy and the built-in whitelist. */
export interface Difference {
  /** Needed, but not in the default policy. */
  readonly missing: readonly string[]
  /** In the default policy, but not needed here. */
  readonly unused: readonly string[]
}

export function compareToDefault(
  { table }: Architecture,
  learned: Policy,
  builtin: Policy | undefined,
): Difference {
  const needed = allowedNames(learned)
  const allowed = builtin ? allowedNames(builtin) : new Set<string>()
  const exists = (name: string) => Object.hasOwn(table.numbers, name)
  return {
    missing: [...needed].filter(name => !allowed.has(name) && !ALWAYS.has(name)).sort(),
    unused: [...allowed].filter(name => !needed.has(name) && exists(name)).sort(),
  }
}

function allowedNames({ rules }: Policy): ReadonlySet<string> {
  return new Set(rules.filter(({ verdict }) => verdict.action === 'allow').map(({ name }) => name))
}
