import type { Architecture } from '../architectures/architecture.ts'
import {
  ACTIONS,
  conditionsKey,
  formatVerdict,
  type Policy,
  type Rule,
  type Verdict,
} from './policy.ts'
import { wordDefault } from './wording.ts'

/** The verdict on one system call, and the origin of the rule behind it. */
export interface Decision {
  readonly name: string
  readonly number: number
  /** The first rule whose conditions all hold decides. Each has at least one condition. */
  readonly rules: readonly Rule[]
  /** The verdict where no rule matches. */
  readonly otherwise: Verdict
  readonly origin: string
}

/** One decision for every number of the table, in canonical form: ready to print or to compile. */
export interface EffectivePolicy {
  readonly architecture: Architecture
  readonly defaultAction: Policy['defaultAction']
  readonly defaultOrigin: string
  /** Ordered by number. Includes calls that no rule names, with the verdict of `wordDefault`. */
  readonly decisions: readonly Decision[]
  /** For numbers that the table does not have. */
  readonly unknown: Verdict
}

/**
 * Merges policies call by call; `layers` are ordered from the lowest to the highest. For each call the
 * highest layer with a matching rule decides. Within a layer, rules with conditions come before rules
 * without, and if several match, the strictest wins (in the kernel's order of precedence), so the
 * order in which rules are written does not matter, unless the layer says that the first one wins. The
 * default action is that of the highest layer.
 * Names that the table does not have are left out; `unknownNames` finds them.
 */
export function merge(
  architecture: Architecture,
  layers: readonly [Policy, ...Policy[]],
): EffectivePolicy {
  const top = layers[layers.length - 1] ?? layers[0]
  const { numbers } = architecture.table
  const highestFirst = layers.toReversed().map(layer => rulesByNumber(layer, numbers))
  const decisions = [...firstNames(numbers)].map(([number, name]) => {
    const rules = highestFirst.flatMap(byNumber => byNumber.get(number) ?? [])
    return decide({ name, number }, rules, top)
  })
  return {
    architecture,
    defaultAction: top.defaultAction,
    defaultOrigin: top.defaultOrigin,
    decisions: decisions.sort((a, b) => a.number - b.number),
    unknown: wordDefault(undefined, top.defaultAction),
  }
}

type Numbers = Readonly<Record<string, number>>

/** Number → name. On arm two names share a number: a rule for one applies to both. */
function firstNames(numbers: Numbers): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const [name, number] of Object.entries(numbers)) {
    if (!names.has(number)) names.set(number, name)
  }
  return names
}

/** The rules whose name does not exist on the architecture (S10). */
export function unknownNames(architecture: Architecture, policy: Policy): readonly Rule[] {
  return policy.rules.filter(({ name }) => !Object.hasOwn(architecture.table.numbers, name))
}

function rulesByNumber(
  { rules, precedence }: Policy,
  numbers: Numbers,
): ReadonlyMap<number, Rule[]> {
  const byNumber = new Map<number, Rule[]>()
  for (const rule of rules) {
    const number = Object.hasOwn(numbers, rule.name) ? numbers[rule.name] : undefined
    if (number === undefined) continue
    const group = byNumber.get(number)
    if (group) group.push(rule)
    else byNumber.set(number, [rule])
  }
  const order = precedence === 'first' ? plainLast : strictestFirst
  for (const group of byNumber.values()) group.sort(order)
  return byNumber
}

/** For `precedence: first`: sorting keeps the order of what it finds equal. */
function plainLast(a: Rule, b: Rule): number {
  return Number(a.conditions.length === 0) - Number(b.conditions.length === 0)
}

/** The order of rules where the strictest decides. */
export function strictestFirst(a: Rule, b: Rule): number {
  const strictness = ACTIONS.indexOf(a.verdict.action) - ACTIONS.indexOf(b.verdict.action)
  return plainLast(a, b) || strictness || compare(identity(a), identity(b))
}

function decide(
  call: Pick<Decision, 'name' | 'number'>,
  ordered: readonly Rule[],
  { defaultAction, defaultOrigin }: Policy,
): Decision {
  const at = ordered.findIndex(rule => rule.conditions.length === 0)
  const plain = ordered[at]
  const otherwise = plain?.verdict ?? wordDefault(call.name, defaultAction)
  return {
    ...call,
    rules: withoutRedundant(at < 0 ? ordered : ordered.slice(0, at), otherwise),
    otherwise,
    origin: plain?.origin ?? defaultOrigin,
  }
}

/**
 * Drops rules without effect: those with the conditions of an earlier one, and trailing rules with the same
 * verdict as `otherwise`.
 */
function withoutRedundant(rules: readonly Rule[], otherwise: Verdict): readonly Rule[] {
  if (rules.length === 0) return rules
  const seen = new Set<string>()
  const first = rules.filter(rule => {
    const key = conditionsKey(rule)
    return !seen.has(key) && seen.add(key)
  })
  const fallback = formatVerdict(otherwise)
  const last = first.findLastIndex(rule => formatVerdict(rule.verdict) !== fallback)
  return first.slice(0, last + 1)
}

function identity(rule: Rule): string {
  return `${conditionsKey(rule)} → ${formatVerdict(rule.verdict)}`
}

function compare(a: string, b: string): number {
  return Number(a > b) - Number(a < b)
}
