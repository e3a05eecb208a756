import { expect } from 'chai'
import fc from 'fast-check'
import {
  ARCHITECTURES,
  type Architecture,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { returnValue } from '../../../lib/seccomp/compiler/ranges.ts'
import { type Call, simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import type { Policy } from '../../../lib/seccomp/policy/policy.ts'
import { randomArguments, randomPolicy } from '../policy/random-policy.ts'
import { plainReading } from './oracle.ts'

/** All policies together, in one run of the suite. */
const POLICIES = 3000
/** Calls with random arguments for each system call that a rule with conditions names. */
const CALLS = 12

describe('compile: what a program answers is what a plain reading of the policy says', () => {
  for (const name of ARCHITECTURES) {
    it(`on ${name}: every number of the table, those around it, x32, foreign architectures`, async function () {
      this.timeout(60_000)
      const architecture = await loadArchitecture(name)
      const layers = fc
        .array(randomPolicy(architecture), { minLength: 1, maxLength: 3 })
        .chain(policies =>
          fc.tuple(fc.constant(policies), randomWeights(architecture), randomCalls(policies)),
        )
      const runs = Math.ceil(POLICIES / ARCHITECTURES.length)
      fc.assert(
        fc.property(layers, ([policies, weights, calls]) => {
          holds(architecture, policies, weights, calls)
        }),
        { numRuns: runs },
      )
    })
  }
})

function randomWeights(architecture: Architecture) {
  const name = fc.constantFrom(...Object.keys(architecture.table.numbers))
  return fc.dictionary(name, fc.nat(1000), { maxKeys: 20, noNullPrototype: true })
}

function randomCalls(policies: readonly Policy[]) {
  const argumentRules = policies.flatMap(({ rules }) =>
    rules.filter(rule => rule.conditions.length > 0),
  )
  const names = [...new Set(argumentRules.map(({ name }) => name))]
  const args = fc.array(randomArguments(policies), { minLength: CALLS, maxLength: CALLS })
  return args.map(lists => names.flatMap(name => lists.map(list => ({ name, args: list }))))
}

function holds(
  architecture: Architecture,
  policies: readonly Policy[],
  weights: Readonly<Record<string, number>>,
  calls: readonly { readonly name: string; readonly args: readonly bigint[] }[],
): void {
  const [lowest, ...higher] = policies
  if (!lowest) throw new RangeError('no policy')
  const program = compile(merge(architecture, [lowest, ...higher]), weights)
  const { audit, endian, table } = architecture
  const read = plainReading(architecture, policies)
  const plain = interestingNumbers(architecture).map((number): Call => ({ audit, number }))
  const narrow = calls.map(
    ({ name, args }): Call => ({ audit, number: table.numbers[name] ?? 0, args }),
  )
  const foreign = [0, 1, 59, 0x40000000].map((number): Call => ({ audit: audit ^ 0x10000, number }))
  for (const call of [...plain, ...narrow, ...foreign]) {
    const expected = returnValue(read(call), architecture.errno)
    const found = simulate(program, call, endian)
    if (found.value !== expected) {
      expect.fail(
        `${JSON.stringify(call, (_, v) => (typeof v === 'bigint' ? `${v}` : v))}: ${found.value.toString(16)} is not ${expected.toString(16)}`,
      )
    }
  }
}

function interestingNumbers({ table }: Architecture): readonly number[] {
  const numbers = Object.values(table.numbers)
  const edges = [0x3fffffff, 0x40000000, 0x40000001, 0x400001ff, 0x7fffffff, 0x80000000, 0xffffffff]
  const around = numbers.flatMap(number => [number - 1, number, number + 1])
  return [...new Set([...around, ...edges])].filter(number => number >= 0)
}
