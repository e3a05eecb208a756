import type { Architecture } from '../architectures/architecture.ts'
import type { Policy, Rule, Verdict } from '../policy/policy.ts'
import { wordDefault } from '../policy/wording.ts'
import { applies, type Target } from './applies.ts'
import { alternativesOf, isSame, type Note, noteWidth, verdictOf } from './convert.ts'
import { resolveOverlaps } from './overlaps.ts'
import type { Profile } from './profile.ts'

export interface Imported {
  /** Stands alone (`mode: replace`); each rule's origin is its place in the profile. */
  readonly policy: Policy
  /** What is not as the profile has it, each once: `syscalls[3]: …`. */
  readonly notes: readonly string[]
}

/**
 * A profile as container runtimes enforce it (runc, crun and libseccomp), as a policy of ours for one
 * architecture. Every name of the table is answered as the profile answers it; numbers that the table
 * does not have get ENOSYS under a default that denies, as runc has it, too.
 */
export function importProfile(
  profile: Profile,
  architecture: Architecture,
  target: Omit<Target, 'architecture'>,
): Imported {
  const notes = new Set<string>()
  const note: Note = (where, what) => notes.add(`${where}: ${what}`)
  noteTop(profile, architecture, note)
  const byDefault = verdictOf(profile.defaultAction, architecture, what =>
    note('defaultAction', what),
  )
  const rules = rulesOf(profile, architecture, { ...target, architecture: architecture.name }, note)
  // The runtimes leave out what the default action says anyway.
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
    note(
      'architectures',
      `${scmp} is not among them; the rules are taken to hold there all the same`,
    )
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
    const verdict = verdictOf(each, architecture, what => note(origin, what))
    const alternatives = alternativesOf(each)
    if (alternatives.length > 1) {
      note(origin, 'conditions on the same argument are alternatives, as runc and crun have it')
    }
    const known = each.names.filter(name => Object.hasOwn(architecture.table.numbers, name))
    const unknown = each.names.filter(name => !known.includes(name))
    if (unknown.length > 0) note(origin, `not on ${architecture.name}: ${unknown.join(', ')}`)
    return known.flatMap(name =>
      alternatives.map((conditions): Rule => ({ name, conditions, verdict, origin })),
    )
  })
}

/** The calls whose denial by default we word otherwise than the profile does. */
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
