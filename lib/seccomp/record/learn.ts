import type { Architecture } from '../architectures/architecture.ts'
import type { Condition, Policy, Rule } from '../policy/policy.ts'
import { ALWAYS, STDIO_COMMANDS, STDIO_RESET } from './always.ts'
import type { Counts, Kind } from './counts.ts'
import { BIT_BY_BIT, type Note, notesOf } from './notes.ts'
import { isSealed, PHASES, type Phase } from './phases.ts'

/** PR_SET_NO_NEW_PRIVS of linux/prctl.h. */
const NO_NEW_PRIVS = 38n
/** With more different values than this, a call is allowed with any arguments. */
const MAX_VALUES = 24

/**
 * The smallest policy that allows every call seen after the filter was installed. Calls that happened
 * only before, such as the agent's own execve, and the installation of the filter are not part of it.
 */
export function learnPolicy(architecture: Architecture, { kinds }: Counts): Policy {
  const needed = kinds.filter(isNeeded)
  const names = new Set(needed.map(({ name }) => name))
  const learned = [...names].flatMap(name => {
    const named = (kinds: readonly Kind[]) => kinds.filter(kind => kind.name === name)
    const notes = notesOf(architecture, name)
    return BIT_BY_BIT.has(name)
      ? [ruleOfBits(notes, name, named(needed), named(kinds))]
      : rulesOf(notes, name, named(needed))
  })
  const unseen = [...ALWAYS].filter(
    ([name]) => !names.has(name) && Object.hasOwn(architecture.table.numbers, name),
  )
  const always = unseen.map(([name, why]) => allow(name, [], `not seen; ${why}`))
  const rules = [...learned, ...always]
  return {
    defaultAction: 'errno',
    defaultOrigin: 'recorded',
    rules: [...rules, ...stdioRules(architecture, rules)],
  }
}

/**
 * Rules for restoring the standard streams. Which flags they have depends on who starts the agent, so
 * these rules are added whether or not the calls were recorded.
 */
function stdioRules({ table }: Architecture, learned: readonly Rule[]): readonly Rule[] {
  return STDIO_COMMANDS.flatMap(({ names, argument, value }) => {
    const name = names.findLast(each => Object.hasOwn(table.numbers, each))
    const condition: Condition = { argument, operation: 'Equal', value }
    const isThere = learned.some(
      rule => rule.name === name && (rule.conditions[0]?.value ?? value) === value,
    )
    return name === undefined || isThere ? [] : [allow(name, [condition], STDIO_RESET)]
  })
}

function isNeeded({ phase, name, values }: Kind): boolean {
  if (!isSealed(phase)) return false
  if (phase !== 'sandbox') return true
  return name !== 'seccomp' && !(name === 'prctl' && values?.[0] === NO_NEW_PRIVS)
}

function rulesOf(
  notes: readonly Required<Note>[],
  name: string,
  seen: readonly Kind[],
): readonly Rule[] {
  const origin = describe(seen)
  if (notes.length === 0) return [allow(name, [], origin)]
  const known = seen.flatMap(({ values }) => (values ? [values] : []))
  if (known.length < seen.length) return [allow(name, [], `${origin}, arguments not seen`)]
  const distinct = [...new Map(known.map(values => [values.join(), values])).values()]
  if (distinct.length > MAX_VALUES) {
    return [allow(name, [], `${origin}, in ${distinct.length} kinds: too many to list`)]
  }
  return distinct.toSorted(byValue).map(values => {
    return allow(
      name,
      notes.map((note, at) => conditionOf(note, values[at] ?? 0n)),
      origin,
    )
  })
}

/** One rule for all calls of a name: a bit that was never set, since the start of Node, stays unset. */
function ruleOfBits(
  notes: readonly Required<Note>[],
  name: string,
  seen: readonly Kind[],
  lifelong: readonly Kind[],
): Rule {
  if (lifelong.some(({ values }) => !values)) {
    return allow(name, [], `${describe(seen)}, arguments not seen`)
  }
  const conditions = notes.flatMap(({ argument, mask }, at): readonly Condition[] => {
    const used = lifelong.reduce((bits, { values }) => bits | (values?.[at] ?? 0n), 0n)
    const value = mask & ~used
    return value === 0n ? [] : [{ argument, operation: 'BitsNotSet', value }]
  })
  return allow(name, conditions, describe(seen))
}

function conditionOf({ argument, mask }: Required<Note>, value: bigint): Condition {
  const whole = mask === 0xffffffffn || mask === 0xffffffffffffffffn
  if (whole) return { argument, operation: 'Equal', value }
  return { argument, operation: 'MaskedEqual', value, mask }
}

function allow(name: string, conditions: readonly Condition[], origin: string): Rule {
  return { name, conditions, verdict: { action: 'allow' }, origin }
}

/** `812 calls, first in run`. */
function describe(seen: readonly Kind[]): string {
  const count = seen.reduce((sum, kind) => sum + kind.count, 0)
  return `${count} ${count === 1 ? 'call' : 'calls'}, first in ${firstPhase(seen)}`
}

function firstPhase(seen: readonly Kind[]): Phase {
  return PHASES.find(phase => seen.some(kind => kind.phase === phase)) ?? 'boot'
}

function byValue(a: readonly bigint[], b: readonly bigint[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 || (a[at] ?? 0n) < (b[at] ?? 0n) ? -1 : 1
}
