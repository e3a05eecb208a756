import type { Architecture } from '../architectures/architecture.ts'
import { multiplexerOf } from '../architectures/multiplexers.ts'
import { SINCE } from '../architectures/tables/since.ts'
import type { Condition, Policy, Rule, Verdict } from '../policy/policy.ts'
import { applies, type Target } from './applies.ts'
import { alternativesOf, asTaken, isSame, type Note, noteWidth, verdictOf } from './convert.ts'
import { defaultRules, newestOf } from './defaults.ts'
import { resolveOverlaps } from './overlaps.ts'
import type { Profile, ProfileRule } from './profile.ts'

interface Imported {
  /** A self-contained policy (`mode: replace`); each rule's origin is its place in the profile. */
  readonly policy: Policy
  /** Rules without conditions for calls that only other architectures have. */
  readonly elsewhere: readonly Rule[]
  /** The differences from the profile, without duplicates: `syscalls[3]: …`. */
  readonly notes: readonly string[]
}

/**
 * Converts a profile, as container runtimes enforce it (runc, crun and libseccomp), into a policy for
 * one architecture. Every name in the table gets the profile's verdict. Under a default that denies, names
 * that are newer than all that the profile names get ENOSYS, as in runc, and so do numbers without a name.
 */
export function importProfile(
  profile: Profile,
  architecture: Architecture,
  target: Omit<Target, 'architecture'>,
): Imported {
  const notes = new Set<string>()
  const note: Note = (where, what) => notes.add(`${where}: ${what}`)
  noteTop(profile, architecture, note)
  const byDefault = verdictOf(profile.defaultAction, architecture, message =>
    note('defaultAction', message),
  )
  const here = { ...target, architecture: architecture.name }
  const syscalls = profile.syscalls.filter(each => applies(each, here))
  const named = syscalls.flatMap(({ names }) => names)
  const newest = newestOf(named, architecture, byDefault)
  const isNewer = ({ name }: Rule) => (architecture.table.numbers[name] ?? 0) > (newest ?? Infinity)
  // The runtimes skip rules that have the same verdict as the default action.
  const rules = rulesOf(syscalls, architecture, note).filter(
    rule => !isSame(rule.verdict, byDefault) && !isNewer(rule),
  )
  const { rules: resolved, precedence } = resolveOverlaps(rules, note)
  const kept = new Set(resolved)
  for (const rule of rules) if (kept.has(rule)) noteWidth(architecture, rule, note)
  const policy = {
    defaultAction: byDefault.action,
    defaultOrigin: 'defaultAction',
    precedence,
    rules: [...resolved, ...defaultRules(resolved, architecture, byDefault, newest)],
  }
  const elsewhere = rulesElsewhere(syscalls, architecture, byDefault)
  return { policy, elsewhere, notes: [...notes] }
}

function noteTop({ architectures, flags }: Profile, { names }: Architecture, note: Note): void {
  const { scmp } = names
  if (architectures.length > 0 && !architectures.includes(scmp)) {
    note('architectures', `${scmp} is not listed; the rules are applied to it anyway`)
  }
  for (const flag of flags) {
    if (flag !== 'SECCOMP_FILTER_FLAG_LOG') note('flags', `${flag} is not carried over`)
  }
}

function rulesOf(
  syscalls: readonly ProfileRule[],
  architecture: Architecture,
  note: Note,
): readonly Rule[] {
  return syscalls.flatMap(each => {
    const origin = `syscalls[${each.index}]`
    const verdict = verdictOf(each, architecture, message => note(origin, message))
    const alternatives = alternativesOf(each)
    if (alternatives.length > 1) {
      note(origin, 'conditions on the same argument are alternatives, as in runc and crun')
    }
    const { numbers } = architecture.table
    const known = each.names.filter(name => Object.hasOwn(numbers, name))
    const multiplexed = each.names.flatMap((name): readonly Rule[] => {
      const other = multiplexerOf(name)
      if (other === undefined || !Object.hasOwn(numbers, other.by)) return []
      if (each.args.length > 0) {
        note(origin, `${name}: conditions can't be seen through ${other.by}, so there it has none`)
      }
      return [{ name: other.by, conditions: [conditionOf(other, verdict)], verdict, origin }]
    })
    const unknown = each.names.filter(name => isUnknown(architecture, name) && !isKept(each, name))
    if (unknown.length > 0) note(origin, `not on ${architecture.name}: ${unknown.join(', ')}`)
    const direct = known.flatMap(name =>
      alternatives.map(
        (written): Rule => ({
          ...{ name, verdict, origin },
          conditions: written.map(each => asTaken(architecture, name, each)),
        }),
      ),
    )
    return [...direct, ...multiplexed]
  })
}

/** ipc(2) has a version in the upper bits of its call, so what denies a call does so in every version. */
function conditionOf(
  { by, argument: value }: NonNullable<ReturnType<typeof multiplexerOf>>,
  { action }: Verdict,
): Condition {
  const isOpen = action === 'allow' || action === 'log'
  if (by !== 'ipc' || isOpen) return { argument: 0, operation: 'Equal', value }
  return { argument: 0, operation: 'MaskedEqual', value, mask: 0xffffn }
}

function isUnknown({ table: { numbers } }: Architecture, name: string): boolean {
  return !Object.hasOwn(numbers, name) && !Object.hasOwn(numbers, multiplexerOf(name)?.by ?? '')
}

/** Whether the section has the name though this architecture does not: what its arguments are there, is not known here. */
function isKept({ args }: ProfileRule, name: string): boolean {
  return args.length === 0 && Object.hasOwn(SINCE, name)
}

/** Of each name that only other architectures have, the first rule that the runtimes do not skip. */
function rulesElsewhere(
  syscalls: readonly ProfileRule[],
  architecture: Architecture,
  byDefault: Verdict,
): readonly Rule[] {
  const first = new Map<string, Rule>()
  for (const each of syscalls) {
    const verdict = verdictOf(each, architecture, () => {})
    if (isSame(verdict, byDefault)) continue
    for (const name of each.names) {
      if (first.has(name) || !isUnknown(architecture, name) || !isKept(each, name)) continue
      first.set(name, { name, conditions: [], verdict, origin: `syscalls[${each.index}]` })
    }
  }
  return [...first.values()]
}
