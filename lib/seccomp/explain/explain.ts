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

/** The call to explain: a number that a filter may see, and its name if it has one. */
export interface Asked {
  readonly number: number
  readonly name?: string
}

/** The answer to one system call, the rules behind it, and the cost of the decision. */
export interface Explanation extends Asked {
  /** The rules that may decide, in order: the first whose conditions all hold does. */
  readonly rules: readonly Rule[]
  /** The verdict if no rule matches; undefined if the arguments are known and a rule decides. */
  readonly otherwise?: { readonly verdict: Verdict; readonly origin: string }
  /** The fewest and the most instructions executed, over all arguments. */
  readonly steps: Steps
  /** Whether the kernel (5.11 and later) caches the allowance and skips the filter from then on. */
  readonly cached: boolean
  /** A remark if the number is a special case. */
  readonly note?: string
}

/**
 * Finds the call that the user names: by a name of the table or by a number (`257`, `0x101`).
 *
 * @throws RangeError for an unknown name (with a suggestion) or a number above 2³² − 1
 */
export function findCall({ name, table: { numbers } }: Architecture, word: string): Asked {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(word)) return byNumber(numbers, Number(word))
  const number = Object.hasOwn(numbers, word) ? numbers[word] : undefined
  if (number !== undefined) return { number, name: word }
  const near = didYouMean(word, Object.keys(numbers))
  throw new RangeError(`unknown system call for ${name}: ${word}${near}`)
}

function byNumber(numbers: Readonly<Record<string, number>>, number: number): Asked {
  if (number > 0xffffffff)
    throw new RangeError(`${number} is too large: a system call number has 32 bits`)
  const name = Object.entries(numbers).find(([, each]) => each === number)?.[0]
  return { number, ...(name === undefined ? {} : { name }) }
}

/**
 * Explains a call under a policy and its program.
 *
 * @param args up to six; undefined means any arguments
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

/** The explanation for a number that the table does not have. */
function undecided(
  { architecture, unknown, defaultOrigin }: EffectivePolicy,
  number: number,
): Pick<Explanation, 'otherwise' | 'note'> {
  const { foreignFrom, name, table } = architecture
  if (foreignFrom !== undefined && number >= foreignFrom) {
    return {
      otherwise: { verdict: ENOSYS, origin: `the x32 ABI, refused on ${name} under every policy` },
      note: `a number of the x32 ABI: ${byNumber(x32.numbers, number).name ?? 'not a known call'}`,
    }
  }
  return {
    otherwise: { verdict: unknown, origin: `number not in the table: ${defaultOrigin}` },
    note: `no system call of ${name} up to Linux ${table.kernel}: newer, or of another architecture`,
  }
}
