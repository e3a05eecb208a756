import { didYouMean } from '../../suggest.ts'
import type { Architecture } from '../architectures/architecture.ts'
import { table as x32 } from '../architectures/tables/x32.ts'
import type { Program } from '../compiler/program.ts'
import { simulate } from '../compiler/simulate.ts'
import type { Decision, EffectivePolicy } from '../policy/merge.ts'
import type { Rule, Verdict } from '../policy/policy.ts'
import { ENOSYS } from '../policy/wording.ts'
import { ruleFor } from './explain-match.ts'
import { type Steps, stepsOf } from './explain-steps.ts'

/** What is to be explained: a number that a filter may see, and its name where it has one. */
export interface Asked {
  readonly number: number
  readonly name?: string
}

/** What happens to one system call, why, and what finding it out costs. */
export interface Explanation extends Asked {
  /** Those that may decide, in order: the first whose conditions all hold does. */
  readonly rules: readonly Rule[]
  /** Where none holds; undefined where the arguments are known and a rule decides. */
  readonly otherwise?: { readonly verdict: Verdict; readonly origin: string }
  /** Instructions executed, the least and the most over all arguments. */
  readonly steps: Steps
  /** Whether the kernel (5.11 and later) allows the call from then on without running the filter. */
  readonly cached: boolean
  /** What is special about the number. */
  readonly note?: string
}

/**
 * The call that a word of the user's names: a name of the table, or a number (`257`, `0x101`).
 *
 * @throws RangeError for an unknown name, or a number above 2³² − 1, with what may have been meant
 */
export function findCall({ name, table: { numbers } }: Architecture, word: string): Asked {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(word)) return byNumber(numbers, Number(word))
  const number = Object.hasOwn(numbers, word) ? numbers[word] : undefined
  if (number !== undefined) return { number, name: word }
  const near = didYouMean(word, Object.keys(numbers))
  throw new RangeError(`unknown system call for ${name}: ${word}${near}`)
}

function byNumber(numbers: Readonly<Record<string, number>>, number: number): Asked {
  if (number > 0xffffffff) throw new RangeError(`a system call number has 32 bits, not ${number}`)
  const name = Object.entries(numbers).find(([, each]) => each === number)?.[0]
  return { number, ...(name === undefined ? {} : { name }) }
}

/**
 * Explains a call under a policy and its program.
 *
 * @param args up to six; undefined: whatever they are
 */
export function explain(
  policy: EffectivePolicy,
  program: Program,
  asked: Asked,
  args?: readonly bigint[],
): Explanation {
  const { audit, endian } = policy.architecture
  const answer = simulate(program, { audit, number: asked.number, args: args ?? [] }, endian)
  const steps = args
    ? { least: answer.steps, most: answer.steps }
    : stepsOf(program, audit, asked.number)
  const decision = policy.decisions.find(({ number }) => number === asked.number)
  if (!decision)
    return {
      ...asked,
      ...undecided(policy, asked.number),
      rules: [],
      steps,
      cached: answer.cacheable,
    }
  const cached = answer.cacheable && decision.rules.length === 0
  return { ...asked, ...decided(policy, decision, args), steps, cached }
}

function decided(
  { architecture }: EffectivePolicy,
  decision: Decision,
  args: readonly bigint[] | undefined,
): Pick<Explanation, 'rules' | 'otherwise'> {
  const otherwise = { verdict: decision.otherwise, origin: decision.origin }
  if (!args) return { rules: decision.rules, otherwise }
  const rule = ruleFor(architecture, decision, args)
  return rule ? { rules: [rule] } : { rules: [], otherwise }
}

/** Of a number that the table does not have. */
function undecided(
  { architecture, unknown, defaultOrigin }: EffectivePolicy,
  number: number,
): Pick<Explanation, 'otherwise' | 'note'> {
  const { foreignFrom, name, table } = architecture
  if (foreignFrom !== undefined && number >= foreignFrom) {
    return {
      otherwise: { verdict: ENOSYS, origin: `the x32 ABI, refused on ${name} whatever the policy` },
      note: `a number of the x32 ABI: ${byNumber(x32.numbers, number).name ?? 'no call that is known'}`,
    }
  }
  return {
    otherwise: { verdict: unknown, origin: `numbers that no table has: ${defaultOrigin}` },
    note: `no system call of ${name} up to Linux ${table.kernel}: newer, or of another architecture`,
  }
}
