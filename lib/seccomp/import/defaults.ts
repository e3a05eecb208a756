import type { Architecture } from '../architectures/architecture.ts'
import { multiplexerOf } from '../architectures/multiplexers.ts'
import { denies } from '../policy/denies.ts'
import type { Rule, Verdict } from '../policy/policy.ts'
import { ENOSYS, wordDefault } from '../policy/wording.ts'
import { isSame } from './convert.ts'

/**
 * The highest number that a profile names: runc answers ENOSYS to every call above it, before libseccomp's
 * program is asked, so that libc falls back as on the kernel that the profile was written for
 * (libcontainer/seccomp/patchbpf). It does so only where the default action denies, and if a call above 0 is
 * named. Undefined where runc does nothing of the kind.
 */
export function newestOf(
  names: readonly string[],
  { table }: Architecture,
  byDefault: Verdict,
): number | undefined {
  if (!denies(byDefault)) return undefined
  const isNumbered = (name: string) =>
    // libseccomp has no number for a call that is also made through a multiplexer, but a pseudo number.
    Object.hasOwn(table.numbers, name) &&
    !Object.hasOwn(table.numbers, multiplexerOf(name)?.by ?? '')
  const numbers = names.filter(isNumbered).map(name => table.numbers[name] ?? 0)
  const highest = numbers.reduce((a, b) => Math.max(a, b), 0)
  return highest > 0 ? highest : undefined
}

/** Rules for the calls that our default action would answer in another way than the profile does. */
export function defaultRules(
  resolved: readonly Rule[],
  { table }: Architecture,
  byDefault: Verdict,
  newest = Number.POSITIVE_INFINITY,
): readonly Rule[] {
  const numberOf = (name: string) => table.numbers[name] ?? 0
  const plain = resolved.filter(({ conditions }) => conditions.length === 0)
  const taken = new Set(plain.map(({ name }) => numberOf(name)))
  return Object.keys(table.numbers)
    .filter(name => !taken.has(numberOf(name)))
    .map((name): Rule => {
      const isNewer = numberOf(name) > newest
      const origin = isNewer ? 'newer than the profile' : 'defaultAction'
      return { name, conditions: [], verdict: isNewer ? ENOSYS : byDefault, origin }
    })
    .filter(({ name, verdict }) => !isSame(wordDefault(name, byDefault.action), verdict))
}
