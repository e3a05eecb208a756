import type { Architecture } from '../architectures/architecture.ts'
import { multiplexerOf } from '../architectures/multiplexers.ts'
import type { Policy, Rule, Verdict } from '../policy/policy.ts'
import { wordDefault } from '../policy/wording.ts'
import { applies, type Target } from './applies.ts'
import { alternativesOf, asTaken, isSame, type Note, noteWidth, verdictOf } from './convert.ts'
import { resolveOverlaps } from './overlaps.ts'
import type { Profile } from './profile.ts'

interface Imported {
  /** A self-contained policy (`mode: replace`); each rule's origin is its place in the profile. */
  readonly policy: Policy
  /** The differences from the profile, without duplicates: `syscalls[3]: …`. */
  readonly notes: readonly string[]
}

/**
 * Converts a profile, as container runtimes enforce it (runc, crun and libseccomp), into a policy for
 * one architecture. Every name in the table gets the profile's verdict. Under a default that denies,
 * numbers that are not in the table get ENOSYS, as in runc.
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
  const rules = rulesOf(profile, architecture, { ...target, architecture: architecture.name }, note)
  // The runtimes skip rules that have the same verdict as the default action.
  const resolved = resolveOverlaps(
    rules.filter(rule => !isSame(rule.verdict, byDefault)),
    note,
  )
  for (const rule of resolved) noteWidth(architecture, rule, note)
  const policy = {
    defaultAction: byDefault.action,
    defaultOrigin: 'defaultAction',
    rules: [...resolved, ...defaultRules(resolved, architecture, byDefault)],
  }
  return { policy, notes: [...notes] }
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
  { syscalls }: Profile,
  architecture: Architecture,
  target: Target,
  note: Note,
): readonly Rule[] {
  return syscalls.flatMap(each => {
    if (!applies(each, target)) return []
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
      const { argument: value } = other
      const conditions = [{ argument: 0, operation: 'Equal', value }] as const
      return [{ name: other.by, conditions, verdict, origin }]
    })
    const unknown = each.names.filter(
      name => !known.includes(name) && !Object.hasOwn(numbers, multiplexerOf(name)?.by ?? ''),
    )
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

/** Rules for the calls that our default action would deny with another error than the profile does. */
function defaultRules(
  resolved: readonly Rule[],
  { table }: Architecture,
  verdict: Verdict,
): readonly Rule[] {
  const numberOf = (name: string) => table.numbers[name]
  const plain = resolved.filter(({ conditions }) => conditions.length === 0)
  const taken = new Set(plain.map(({ name }) => numberOf(name)))
  const names = Object.keys(table.numbers).filter(name => !taken.has(numberOf(name)))
  const reworded = names.filter(name => !isSame(wordDefault(name, verdict.action), verdict))
  return reworded.map(name => ({ name, conditions: [], verdict, origin: 'defaultAction' }))
}
